"""A lost registry file is rebuilt from the journal with the same rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from data.errors import JournalError, StoreError
from data.registry.reconstruction import rebuild_registry, same_tables
from data.registry.registry import Registry
from tests.world import World


def test_a_lost_file_is_rebuilt_with_the_same_rows(world: World, tmp_path: Path) -> None:
    world.validated()
    kept = tmp_path / "it's kept.duckdb"
    world.home.database.rename(kept)
    rebuilt = rebuild_registry(world.registry)
    assert (rebuilt.events, rebuilt.kept) == (world.registry.head().size, ())
    assert same_tables(kept, world.home.database)


def test_an_existing_file_is_not_overwritten(world: World) -> None:
    with pytest.raises(StoreError, match="exists already"):
        rebuild_registry(world.registry)


def test_a_file_that_duckdb_does_not_open_is_kept_under_another_name(world: World) -> None:
    size = world.registry.head().size
    world.home.database.write_bytes(b"no database")
    rebuilt = rebuild_registry(Registry(world.home))
    assert rebuilt.events == size
    assert [one.read_bytes() for one in rebuilt.kept] == [b"no database"]
    assert rebuilt.kept[0].name.startswith("registry.duckdb.damaged-")


def test_a_file_that_the_file_system_does_not_read_stays_where_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException('Cannot open file "x": Input/output error')

    monkeypatch.setattr("data.registry.store.duckdb.connect", refuse)
    with pytest.raises(StoreError, match="Input/output error"):
        rebuild_registry(Registry(world.home))
    assert world.home.database.exists()


def test_a_damaged_file_stays_where_it_is_if_the_journal_cannot_be_read(world: World) -> None:
    world.home.database.write_bytes(b"no database")
    world.home.journal.write_bytes(b"no event\n")
    with pytest.raises(JournalError, match="is not an event"):
        rebuild_registry(Registry(world.home))
    assert world.home.database.read_bytes() == b"no database"


def test_files_with_another_row_or_table_are_not_the_same(world: World, tmp_path: Path) -> None:
    for number, sql in enumerate(("DELETE FROM person WHERE person = 'alma'", "CREATE TABLE more (number INTEGER)")):
        copy = tmp_path / f"copy-{number}.duckdb"
        shutil.copy(world.home.database, copy)
        with duckdb.connect(str(copy)) as connection:
            connection.execute(sql)
        assert not same_tables(world.home.database, copy)
