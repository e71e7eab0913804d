"""Which files of a journal are damaged, and how they are written again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit.journal import Journal, JournalEntry
from data.audit.journal_segments import close_segment
from data.errors import JournalError
from data.registry.audit_log import AuditLog
from data.registry.journal_repair import first_damaged, require_no_later_event, rewrite_journal

ENTRIES = [JournalEntry(b'{"seq":%d}' % number) for number in range(10)]


class Log:
    """Ten events of a registry."""

    def entries(self, start: int, end: int) -> list[JournalEntry]:
        return ENTRIES[start:end]


LOG: AuditLog = Log()  # type: ignore[assignment]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Ten events in two segments and the open file."""
    journal = Journal(tmp_path / "journal" / "events.jsonl")
    for first, last in ((0, 3), (4, 6)):
        journal.append(ENTRIES[first : last + 1])
        close_segment(journal.path, first, last)
    journal.append(ENTRIES[7:])
    return journal


def test_a_whole_journal_has_no_damaged_file(journal: Journal) -> None:
    assert first_damaged(LOG, journal, 10) is None


def edit(number: int) -> Callable[[Journal], None]:
    def write(journal: Journal) -> None:
        path = journal.files()[number]
        path.write_bytes(path.read_bytes().replace(b"seq", b"Seq", 1))

    return write


def remove(number: int) -> Callable[[Journal], None]:
    return lambda journal: journal.files()[number].unlink()


def add_inside(journal: Journal) -> None:
    """Add a segment with events that another segment has."""
    journal.path.with_name("events-000000000001-000000000002.jsonl").write_bytes(b'{"seq":1}\n{"seq":2}\n')


DAMAGES = {
    "the first segment is edited": (edit(0), 0, 3),
    "the second segment is edited": (edit(1), 4, 2),
    "the open file is edited": (edit(2), 7, 1),
    "the first segment is missing": (remove(0), 0, 2),
    "the second segment is missing": (remove(1), 4, 1),
    "the open file is missing": (remove(2), 7, 0),
    "a segment is added": (add_inside, 4, 3),
}


@pytest.mark.parametrize(("damage", "start", "kept"), DAMAGES.values(), ids=DAMAGES.keys())
def test_the_files_from_the_first_damaged_one_on_are_written_again(
    journal: Journal, damage: Callable[[Journal], None], start: int, kept: int
) -> None:
    damage(journal)
    assert first_damaged(LOG, journal, 10) == start
    first = rewrite_journal(LOG, journal, start, 10)
    assert list(journal.entries()) == ENTRIES
    assert journal.size() == 10
    assert first_damaged(LOG, journal, 10) is None
    assert len(list(journal.path.parent.glob("*.damaged-*"))) == kept
    assert len({path.name.partition(".damaged-")[2] for path in journal.path.parent.glob("*.damaged-*")}) <= 1
    assert (first is None) == (kept == 0)


def test_a_crash_before_the_damaged_segments_are_set_aside_is_refused_until_it_is_repaired(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    edit(1)(journal)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", die)
        with pytest.raises(KeyboardInterrupt):
            rewrite_journal(LOG, journal, 4, 10)
    with pytest.raises(JournalError, match="lost events or has others"):
        journal.size()
    assert first_damaged(LOG, journal, 10) == 4
    rewrite_journal(LOG, journal, 4, 10)
    assert list(journal.entries()) == ENTRIES


def test_an_event_that_the_registry_lacks_is_found_in_any_file(journal: Journal) -> None:
    require_no_later_event(journal, 10)
    with pytest.raises(JournalError, match="contains event 6, the registry has only 6"):
        require_no_later_event(journal, 6)


def test_a_line_that_is_no_event_is_no_later_event(journal: Journal) -> None:
    journal.path.write_bytes(b'garbage\n{"seq":"12"}\n{}\n')
    require_no_later_event(journal, 10)
