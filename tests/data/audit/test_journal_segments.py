"""The names and the order of the files of a journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.journal_segments import Segment, close_segment, closed_segments, order_fault
from data.errors import JournalError

HERE = Path("events.jsonl")


def segment(first: int, last: int) -> Segment:
    return Segment(HERE, first, last)


ORDERS = {
    "no file": ([], None, ""),
    "one open file": ([], 0, ""),
    "segments and the open file": ([segment(0, 4), segment(5, 5)], 6, ""),
    "segments and an empty open file": ([segment(0, 4)], None, ""),
    "the first segment is missing": ([segment(5, 5)], 6, "begins with event 5 instead of event 0"),
    "a segment is missing": ([segment(0, 4), segment(6, 9)], 10, "begins with event 6 instead of event 5"),
    "two segments overlap": ([segment(0, 4), segment(4, 9)], 10, "begins with event 4 instead of event 5"),
    "a segment ends before it begins": ([segment(0, 4), segment(5, 3)], 4, "begins with event 5"),
    "the open file begins too late": ([segment(0, 4)], 6, "open file begins with event 6 instead of event 5"),
    "the open file begins again": ([segment(0, 4)], 0, "open file begins with event 0 instead of event 5"),
}


@pytest.mark.parametrize(("segments", "first", "fault"), ORDERS.values(), ids=ORDERS.keys())
def test_the_files_follow_each_other(segments: list[Segment], first: int | None, fault: str) -> None:
    found = order_fault(segments, first)
    assert fault in found
    assert bool(found) == bool(fault)


def test_a_closed_file_is_found_by_its_numbers(tmp_path: Path) -> None:
    journal = tmp_path / "events.jsonl"
    for first, last in ((7, 9), (0, 6)):
        journal.write_text(f"{first}\n")
        close_segment(journal, first, last)
    for other in ("events-7-9.jsonl", "others-000000000000-000000000001.jsonl", "events-000000000000-000000000006.txt"):
        (tmp_path / other).touch()
    found = closed_segments(journal)
    assert [(one.path.name, one.first, one.last) for one in found] == [
        ("events-000000000000-000000000006.jsonl", 0, 6),
        ("events-000000000007-000000000009.jsonl", 7, 9),
    ]
    assert [one.path.read_text() for one in found] == ["0\n", "7\n"]


def test_a_segment_is_never_overwritten(tmp_path: Path) -> None:
    journal = tmp_path / "events.jsonl"
    journal.write_text("first\n")
    close_segment(journal, 0, 0)
    journal.write_text("second\n")
    with pytest.raises(JournalError, match="exists already"):
        close_segment(journal, 0, 0)
    assert journal.read_text() == "second\n"


def test_a_file_that_cannot_be_renamed_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be renamed"):
        close_segment(tmp_path / "events.jsonl", 0, 0)


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    assert closed_segments(tmp_path / "none" / "events.jsonl") == []
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(JournalError):
        closed_segments(tmp_path / "events.jsonl")
