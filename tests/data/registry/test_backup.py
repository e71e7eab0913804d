"""A backup: a folder that is complete or absent, and that its own verifier accepts."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import MissingRegistryError, StoreError
from data.files.home import Home
from data.queries.verification import verify_registry
from data.registry import backup as module
from data.registry.backup import backup_registry, verifier_call
from data.registry.registry import Registry
from tests.world import World

pytestmark = pytest.mark.closed_registry


def test_a_backup_is_a_home_that_verifies(world: World, tmp_path: Path) -> None:
    files = backup_registry(world.registry, tmp_path / "a backup")
    assert files.database == Home(tmp_path / "a backup").database
    report = verify_registry(Registry(Home(tmp_path / "a backup")), deep=False)
    assert (report.ok, report.events) == (True, len(world.events()))


def test_the_printed_command_verifies_the_backup(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "it's a backup"
    call = verifier_call(backup_registry(world.registry, folder), folder)
    assert call.startswith(f"cd {shlex.quote(str(folder))} && python verifier.pyz --deep --database ")
    checked = subprocess.run(
        call.replace("python", sys.executable, 1), shell=True, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, f"events: {len(world.events())}" in checked.stdout) == (0, True)


def test_a_backup_is_not_overwritten(world: World, tmp_path: Path) -> None:
    backup_registry(world.registry, tmp_path / "copy")
    with pytest.raises(StoreError, match="exists already"):
        backup_registry(world.registry, tmp_path / "copy")


def test_a_backup_that_cannot_be_finished_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_verifier", full)
    with pytest.raises(StoreError, match="No space left") as failed:
        backup_registry(world.registry, tmp_path / "copies" / "one")
    assert str(tmp_path / "copies") in failed.value.remedy
    assert list((tmp_path / "copies").iterdir()) == []


def test_events_that_are_only_in_the_write_ahead_log_are_in_the_backup(world: World, tmp_path: Path) -> None:
    journal = world.home.journal.read_bytes()
    child = os.fork()
    if not child:
        world.registry.store._process = type(world.registry.store._process)()
        with world.registry.session():
            world.model()
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert world.home.database.with_name("registry.duckdb.wal").exists()
    files = backup_registry(world.registry, tmp_path / "copy")
    assert not files.log.exists()
    assert len(files.journal.read_bytes()) > len(journal)
    assert verify_registry(Registry(Home(tmp_path / "copy")), deep=False).ok


def test_without_a_registry_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(MissingRegistryError):
        backup_registry(Registry(Home(tmp_path / "home")), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
