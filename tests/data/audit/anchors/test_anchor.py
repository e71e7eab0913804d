"""Anchors: each checkpoint is stored outside the database, at once after a decision, else every 100 events or 5
minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.audit.anchors.anchor import due, is_prefix, size_of

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
RECENT, LONG_AGO = NOW - timedelta(minutes=4, seconds=59), NOW - timedelta(minutes=5)

# Last anchored size and time, size now, whether the event is a decision, whether a checkpoint is due.
CASES = {
    "a decision is anchored at once": (10, RECENT, 11, True, True),
    "another event waits": (10, RECENT, 11, False, False),
    "ninety-nine events wait": (10, RECENT, 109, False, False),
    "the hundredth does not": (10, RECENT, 110, False, True),
    "after five minutes one event is enough": (10, LONG_AGO, 11, False, True),
    "nothing new needs nothing, however long ago": (10, LONG_AGO, 10, True, False),
}


@pytest.mark.parametrize(("size", "at", "now_size", "decision", "expected"), CASES.values(), ids=CASES.keys())
def test_when_a_checkpoint_is_due(size: int, at: datetime, now_size: int, decision: bool, expected: bool) -> None:
    assert due(size, at, now_size, NOW, decision) is expected


def note(size: int) -> str:
    return f"log\n{size}\n{'A' * 43}=\n\n— log AAAAAAAA\n"


def test_only_notes_above_the_confirmed_size_may_be_missing() -> None:
    notes = [note(1), note(5), note(9)]
    assert is_prefix(notes[:2], notes, confirmed=5)
    assert not is_prefix(notes[:1], notes, confirmed=5)
    assert not is_prefix(notes[1:], notes, confirmed=0)
    assert (size_of(note(5)), size_of(None)) == (5, 0)
