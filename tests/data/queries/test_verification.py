"""Verification works on a copy while others write, and finds damage with and without the copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.audit.verifier.report import Report
from data.errors import NestedTransactionError
from data.queries import verification
from data.queries.verification import verify_registry
from data.registry import snapshot
from tests.world import World


def spoil_event(world: World) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE audit_event SET actor = 'nobody' WHERE seq = 3")


def spoil_journal(world: World) -> None:
    world.home.journal.write_bytes(world.home.journal.read_bytes().replace(b'"adam"', b'"adan"', 1))


def cut_journal(world: World) -> None:
    world.home.journal.write_bytes(world.home.journal.read_bytes()[:-2])


def spoil_anchor(world: World) -> None:
    text = world.home.anchor.read_text("utf-8")
    world.home.anchor.write_text(text.replace("tests.example", "tests.elsewhere"), "utf-8")


SPOILT: dict[str, Callable[[World], None]] = {
    "an event": spoil_event,
    "the journal": spoil_journal,
    "the end of the journal": cut_journal,
    "an anchor": spoil_anchor,
}


@pytest.mark.parametrize(("room", "deep"), [(True, True), (False, False)], ids=["on a copy, deep", "in place"])
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_change_is_found_in(
    spoil: Callable[[World], None], room: bool, deep: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not room:
        monkeypatch.setattr(snapshot, "copy_file", no_room)
    whole = verify_registry(world.registry, deep=deep)
    assert (whole.ok, whole.events) == (True, len(world.events()))
    spoil(world)
    assert not verify_registry(world.registry, deep=deep).ok


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_others_write_during_the_verification(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    verify, events = verification.verify, len(world.events())
    read: list[Path] = []

    def meanwhile(database: Path, *arguments: Any, **named: Any) -> Report:
        read.append(database)
        world.model()
        return verify(database, *arguments, **named)

    monkeypatch.setattr(verification, "verify", meanwhile)
    report = verify_registry(world.registry, deep=True)
    assert (report.ok, report.events) == (True, events)
    assert len(world.events()) > events
    assert not read[0].exists(), "the copy is gone"


def test_the_path_of_a_missing_registry_is_in_the_finding(world: World) -> None:
    world.home.database.unlink()
    (finding,) = verify_registry(world.registry, deep=True).findings
    assert str(world.home.database) in finding.what


def test_a_registry_held_open_is_not_verified(world: World) -> None:
    with world.registry.store.session(), pytest.raises(NestedTransactionError):
        verify_registry(world.registry, deep=False)
