"""Anchors: each checkpoint is stored outside the database, at once after a decision, else every 100 events or 5
minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.audit.anchor import FileAnchor, due, missing
from data.errors import AnchorError

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


def test_notes_are_kept_in_order_and_to_the_byte(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "elsewhere" / "checkpoints.txt")
    assert anchor.notes() == []
    for note in ("a\n1\n\n— é\n", 'b"\\\n'):
        anchor.append(note)
    assert FileAnchor(anchor.path).notes() == ["a\n1\n\n— é\n", 'b"\\\n']
    assert (anchor.name, anchor.location) == ("checkpoints.txt", "local")


def test_notes_missing_after_a_crash_before_anchoring_are_listed(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "checkpoints.txt", "off-host")
    anchor.append("one")
    assert missing(anchor, ["one", "two", "three"]) == ["two", "three"]


def test_an_incomplete_note_is_removed_by_the_next_append(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "checkpoints.txt")
    anchor.append("one")
    anchor.path.write_bytes(anchor.path.read_bytes() + b'"tw')
    assert anchor.notes() == ["one"]
    anchor.append("two")
    assert anchor.notes() == ["one", "two"]


@pytest.mark.parametrize("line", [b"{}\n", b"!\n"])
def test_a_line_that_is_not_a_note_raises_an_error_with_the_file(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "checkpoints.txt").write_bytes(line)
    with pytest.raises(AnchorError, match="not a note"):
        FileAnchor(tmp_path / "checkpoints.txt").notes()


def test_a_path_that_cannot_be_used_raises_an_error_with_the_path(tmp_path: Path) -> None:
    (tmp_path / "checkpoints.txt").mkdir()
    with pytest.raises(AnchorError, match="was not anchored"):
        FileAnchor(tmp_path / "checkpoints.txt").append("one")
    with pytest.raises(AnchorError, match="cannot be read"):
        FileAnchor(tmp_path / "checkpoints.txt").notes()
