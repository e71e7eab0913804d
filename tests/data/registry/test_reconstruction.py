"""A lost registry file is rebuilt from the journal with the same rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from data.errors import StoreError
from data.registry.reconstruction import rebuild_registry, same_tables
from tests.world import World


def test_a_lost_file_is_rebuilt_with_the_same_rows(world: World, tmp_path: Path) -> None:
    world.validated()
    kept = tmp_path / "it's kept.duckdb"
    world.home.database.rename(kept)
    assert rebuild_registry(world.registry) == world.registry.head().size
    assert same_tables(kept, world.home.database)


def test_an_existing_file_is_not_overwritten(world: World) -> None:
    with pytest.raises(StoreError, match="exists already"):
        rebuild_registry(world.registry)


def test_files_with_another_row_or_table_are_not_the_same(world: World, tmp_path: Path) -> None:
    for number, sql in enumerate(("DELETE FROM person WHERE person = 'alma'", "CREATE TABLE more (number INTEGER)")):
        copy = tmp_path / f"copy-{number}.duckdb"
        shutil.copy(world.home.database, copy)
        with duckdb.connect(str(copy)) as connection:
            connection.execute(sql)
        assert not same_tables(world.home.database, copy)
