"""A snapshot of a registry: copies that agree with each other, whatever is written meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.verifier.verification import verify
from data.errors import MissingRegistryError, NestedTransactionError, StoreLockedError
from data.files import file_copy
from data.files.home import Home
from data.registry import snapshot
from data.registry.registry import Registry
from data.registry.snapshot import copy_registry, live_files, registry_snapshot
from tests.world import World

pytestmark = pytest.mark.closed_registry


def test_the_copies_are_those_of_a_home_and_agree(world: World, tmp_path: Path) -> None:
    copies, home = copy_registry(world.registry, tmp_path / "copy"), Home(tmp_path / "copy")
    assert (copies.database, copies.journal, copies.anchors) == (
        home.database,
        home.journal,
        (("local", home.anchor),),
    )
    assert verify(copies.database, copies.journal, copies.anchors, None, deep=True).ok
    assert copies.journal.read_bytes() == world.home.journal.read_bytes()


def test_events_written_while_the_journal_is_copied_are_in_no_copy(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, events = file_copy.copy_beginning, len(world.events())

    def meanwhile(*arguments: Any) -> None:
        world.model(f"models/ops/number-{len(world.events())}")
        copy(*arguments)

    monkeypatch.setattr(file_copy, "copy_beginning", meanwhile)
    copies = copy_registry(world.registry, tmp_path / "copy")
    report = verify(copies.database, copies.journal, copies.anchors, None, deep=True)
    assert (report.ok, report.events) == (True, events)
    assert len(world.events()) > events


def test_nobody_writes_while_the_database_is_copied(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = snapshot.copy_file
    linked = tmp_path / "linked"
    linked.symlink_to(world.home.root)
    rival = Registry(Home(linked))
    rival.store.wait_seconds = 0.02

    def meanwhile(source: Path, target: Path) -> None:
        with pytest.raises(StoreLockedError):
            rival.checkpoint()
        copy(source, target)

    monkeypatch.setattr(snapshot, "copy_file", meanwhile)
    copy_registry(world.registry, tmp_path / "copy")


def test_further_anchors_have_numbered_names(world: World, tmp_path: Path) -> None:
    further = FileAnchor(tmp_path / "elsewhere" / "checkpoints.txt", "off-host")
    absent = FileAnchor(tmp_path / "nowhere" / "notes.txt")
    registry = Registry(world.home, [FileAnchor(world.home.anchor), further, absent])
    further.append(FileAnchor(world.home.anchor).notes()[0])
    copies = copy_registry(registry, tmp_path / "copy")
    assert [(location, path.name, path.exists()) for location, path in copies.anchors] == [
        ("local", "checkpoints.txt", True),
        ("off-host", "1-checkpoints.txt", True),
        ("local", "2-notes.txt", False),
    ]


def test_a_write_ahead_log_is_copied_with_its_database(world: World, tmp_path: Path) -> None:
    live_files(world.registry).log.write_bytes(b"left by a crash")
    copies = copy_registry(world.registry, tmp_path / "copy")
    assert copies.log.read_bytes() == b"left by a crash"


def test_a_missing_registry_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(MissingRegistryError):
        copy_registry(Registry(Home(tmp_path / "home")), tmp_path / "copy")


def test_a_registry_that_this_process_holds_open_is_not_copied(world: World, tmp_path: Path) -> None:
    with world.registry.session(), pytest.raises(NestedTransactionError):
        copy_registry(world.registry, tmp_path / "copy")


def test_a_snapshot_is_removed_at_the_end(world: World) -> None:
    before = sorted(world.home.root.iterdir())
    with registry_snapshot(world.registry) as files:
        assert files.database.is_relative_to(world.home.root)
        assert files.database != world.home.database
        world.model()
    assert sorted(world.home.root.iterdir()) == before


def test_without_room_for_a_copy_the_files_themselves_are_read_and_nobody_writes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    linked = tmp_path / "linked"
    linked.symlink_to(world.home.root)
    rival = Registry(Home(linked))
    rival.store.wait_seconds = 0.02
    monkeypatch.setattr(snapshot, "copy_file", full)
    before = sorted(world.home.root.iterdir())
    with registry_snapshot(world.registry) as files:
        assert files == live_files(world.registry)
        assert sorted(world.home.root.iterdir()) == before, "what was copied so far is removed first"
        with pytest.raises(StoreLockedError):
            rival.checkpoint()
