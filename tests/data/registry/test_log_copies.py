"""The tail of the log is computed again from the last checkpoint; `tests/attacks` tries the whole registry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.errors import AuditError, ForgedEventError
from data.registry.audit_log import AuditLog, Head, StoredCheckpoint, StoredEvent
from data.registry.commands.log import RecordRefusal
from data.registry.log_copies import check_tail
from tests.world import World

Tail = tuple[StoredCheckpoint, list[StoredEvent], Head, str]


@pytest.fixture
def tail(world: World) -> Tail:
    """The last checkpoint, two events after it, the head, and the verification key."""
    for what in ("first", "second"):
        world.do(RecordRefusal(about="log", attempted=what, code="test", reason=what))
    with world.registry.store.reading() as connection:
        log = AuditLog(connection)
        last = log.last_checkpoint()
        assert last is not None
        return last, log.stored(last.size), log.head(), log.vkey()


def test_a_sound_tail_is_accepted(tail: Tail) -> None:
    last, events, head, vkey = tail
    assert len(events) == 2
    check_tail(last, events, head, vkey)


def test_a_checkpoint_without_frontier_leaves_the_root_unchecked(tail: Tail) -> None:
    last, events, head, vkey = tail
    check_tail(replace(last, frontier=None), events, head, vkey)


def test_an_event_without_its_seal_is_refused(tail: Tail) -> None:
    last, events, head, vkey = tail
    for seal in (None, b"", bytes(64), events[1].seal):
        with pytest.raises(ForgedEventError, match=f"event {events[0].seq} "):
            check_tail(last, [replace(events[0], seal=seal), events[1]], head, vkey)


def test_a_changed_body_is_refused(tail: Tail) -> None:
    last, events, head, vkey = tail
    with pytest.raises(ForgedEventError):
        check_tail(last, [replace(events[0], body=events[0].body + b" "), events[1]], head, vkey)


@pytest.mark.parametrize("taken", [0, 1])
def test_a_tail_with_a_missing_event_is_refused(tail: Tail, taken: int) -> None:
    last, events, head, vkey = tail
    with pytest.raises(AuditError, match="does not follow"):
        check_tail(last, [event for number, event in enumerate(events) if number != taken], head, vkey)


def test_a_checkpoint_with_another_size_or_signature_is_refused(tail: Tail) -> None:
    last, events, head, vkey = tail
    for changed in (replace(last, size=last.size - 1), replace(last, note=last.note.replace("tests.", "other."))):
        with pytest.raises(AuditError):
            check_tail(changed, events, head, vkey)
