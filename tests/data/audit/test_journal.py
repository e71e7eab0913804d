"""The journal: acknowledged events are on disk; an incomplete line left by a crash was not acknowledged and is
removed."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from data.audit.journal import Journal, JournalEntry
from data.errors import JournalError

BODIES = [json.dumps({"seq": seq, "text": "é" * seq}).encode() for seq in range(5)]


def entries(bodies: Sequence[bytes]) -> list[JournalEntry]:
    return [JournalEntry(body) for body in bodies]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "outside" / "events.jsonl")
    journal.append(entries(BODIES[:3]))
    journal.append(entries(BODIES[3:]))
    return journal


def test_bodies_are_read_back_byte_for_byte(journal: Journal) -> None:
    assert list(journal.bodies()) == BODIES
    assert list(journal.bodies(3)) == BODIES[3:]
    assert (journal.size(), journal.last()) == (5, BODIES[4])


def test_a_journal_without_a_file_is_empty(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "none.jsonl")
    assert (list(journal.bodies()), journal.size(), journal.last(), journal.repair()) == ([], 0, None, 0)


def test_only_the_owner_may_read_the_journal(journal: Journal) -> None:
    assert journal.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", range(1, len(BODIES[4]) + 1))
def test_a_line_cut_at_any_byte_is_ignored_and_removed_by_the_next_append(journal: Journal, cut: int) -> None:
    journal.path.write_bytes(journal.path.read_bytes()[:-cut])
    assert list(journal.bodies()) == BODIES[:4]
    assert (journal.size(), journal.last()) == (4, BODIES[3])
    journal.append(entries(BODIES[4:]))
    assert list(journal.bodies()) == BODIES


def test_repair_returns_the_number_of_bytes_removed(journal: Journal) -> None:
    with journal.path.open("ab") as file:
        file.write(b"torn")
    assert journal.repair() == 4
    assert journal.repair() == 0


def test_a_file_with_only_an_incomplete_line_is_emptied(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    journal.path.write_bytes(b"x" * 200_000)
    assert (journal.last(), journal.size()) == (None, 0)
    assert journal.repair() == 200_000


def test_lines_longer_than_one_read_are_found_from_the_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    long = [b'{"seq":0,"x":"%b"}' % (b"a" * 150_000), b'{"seq":1,"x":"%b"}' % (b"b" * 150_000)]
    journal.append(entries(long))
    assert (journal.last(), journal.size()) == (long[1], 2)
    journal.path.write_bytes(journal.path.read_bytes()[:-1])
    assert journal.last() == long[0]
    assert journal.repair() == len(long[1])


def test_a_body_with_a_line_break_is_refused(journal: Journal) -> None:
    with pytest.raises(JournalError, match="line break"):
        journal.append(entries([b"{}\n{}"]))
    assert list(journal.bodies()) == BODIES


@pytest.mark.parametrize("line", [b"no event", b"[]", b'{"seq":"x"}', b"{}"])
def test_a_last_line_that_is_not_an_event_raises_an_error(journal: Journal, line: bytes) -> None:
    journal.append(entries([line]))
    with pytest.raises(JournalError, match="not an event"):
        journal.size()


def test_a_full_disk_raises_an_error_and_leaves_the_file_unchanged(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalError, match="No space left"):
        journal.append(entries([b'{"seq":5}']))
    monkeypatch.undo()
    assert list(journal.bodies()) == BODIES


@pytest.mark.parametrize("ask", [Journal.last, Journal.repair, lambda journal: list(journal.bodies())])
def test_a_directory_instead_of_the_file_raises_an_error(tmp_path: Path, ask: object) -> None:
    (tmp_path / "events.jsonl").mkdir()
    with pytest.raises(JournalError, match=r"events\.jsonl cannot be"):
        ask(Journal(tmp_path / "events.jsonl"))  # type: ignore[operator]


def test_a_line_has_the_body_and_after_a_tab_the_seal(journal: Journal) -> None:
    sealed = JournalEntry(b'{"seq":5}', bytes(range(64)))
    journal.append([sealed])
    assert journal.path.read_bytes().splitlines()[-1] == b'{"seq":5}\t' + base64.b64encode(bytes(range(64)))
    assert list(journal.entries(4)) == [JournalEntry(BODIES[4]), sealed]
    assert (journal.last(), journal.size()) == (b'{"seq":5}', 6)


@pytest.mark.parametrize("text", [b"", b"AAA", b"AB==", b"A A=", b"\xff\xff"])
def test_a_seal_that_is_not_canonical_base64_is_refused(text: bytes) -> None:
    with pytest.raises(JournalError, match="unreadable seal"):
        JournalEntry.read(b"{}\t" + text)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9])
def test_the_last_entries_are_read_from_the_end(journal: Journal, count: int) -> None:
    assert [entry.body for entry in journal.latest(count)] == BODIES[max(0, 5 - count) :]
