"""The proof of the log for the pages: the report of a verification, or why there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import MissingRegistryError
from data.queries.log_proof import prove_log, root_of_copy, root_of_log
from data.registry.backup import backup_registry
from tests.world import World


def test_a_valid_log_has_a_report_without_findings(world: World) -> None:
    proof = prove_log(world.home)
    assert proof.outcome is not None
    assert (proof.outcome.ok, proof.outcome.events, proof.why_not) == (True, len(world.events()), "")


def test_a_locked_registry_gives_a_reason_instead_of_a_report(world: World) -> None:
    with world.registry.store.session():
        proof = prove_log(world.home)
    assert (proof.outcome, bool(proof.why_not)) == (None, True)


def test_a_backup_has_the_root_of_its_log(world: World, tmp_path: Path) -> None:
    copy = backup_registry(world.registry, tmp_path / "copy")
    files = sorted((tmp_path / "copy").rglob("*"))
    copied = root_of_copy(copy.database)
    world.version()
    assert copied.events < len(world.events())
    assert root_of_log(world.registry, copied.events) == copied
    assert root_of_log(world.registry, copied.events + 1).root != copied.root
    assert sorted((tmp_path / "copy").rglob("*")) == files


def test_a_shorter_log_gives_fewer_events(world: World) -> None:
    assert root_of_log(world.registry, 1_000_000).events == len(world.events())


def test_a_missing_backup_raises_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingRegistryError):
        root_of_copy(tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []
