"""The log is verified on a copy of it: others write while it is read, and a damaged one is found all the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.audit.verifier.report import Report
from modelward.report import audit
from modelward.report.audit import prove_log
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


@pytest.mark.parametrize("room", [True, False], ids=["on a copy", "in place"])
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_it_is_found_that_somebody_changed(
    spoil: Callable[[World], None], room: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not room:
        monkeypatch.setattr(shutil, "copyfile", no_room)
    whole = prove_log(world.home).outcome
    assert whole is not None
    assert (whole.ok, whole.events) == (True, len(world.events()))
    spoil(world)
    spoilt = prove_log(world.home).outcome
    assert spoilt is not None
    assert not spoilt.ok


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_others_write_while_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    verify, events = audit.verify, len(world.events())
    read: list[Path] = []

    def meanwhile(database: Path, *told: Any, **named: Any) -> Report:
        read.append(database)
        world.model()
        return verify(database, *told, **named)

    monkeypatch.setattr(audit, "verify", meanwhile)
    proof = prove_log(world.home)
    assert proof.outcome is not None
    assert (proof.outcome.ok, proof.outcome.events) == (True, events)
    assert len(world.events()) > events
    assert not read[0].exists(), "the copy is gone"


def test_while_it_is_held_open_nothing_is_said(world: World) -> None:
    with world.registry.store.session():
        assert prove_log(world.home).outcome is None
