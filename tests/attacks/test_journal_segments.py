"""Attack: somebody changes, removes, renames or adds a file of the journal, or kills a writer while it closes one.

Result: Refused before the next write, and found by the verification; a kill loses nothing and leaves nothing half done
Caught in: `data/audit/journal.py`, `data/registry/log_copies.py`, `data/audit/verifier/`
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit import journal as journal_module
from data.audit.verifier import verify
from data.errors import InputError, JournalError
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.backup import backup_registry
from data.registry.commands.log import RecordRefusal
from data.registry.reconstruction import rebuild_registry, same_tables
from data.registry.recovery import recover_journal
from data.registry.registry import Registry
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry
ROOT = Path(__file__).parents[2]
SMALL = 1_500


def attempt(what: str) -> RecordRefusal:
    """Return a command that records an event and needs no proof of person."""
    return RecordRefusal(about="log", attempted=what, code="test", reason=what)


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A founded registry whose first journal was one file; since then a file is closed at 1,500 bytes."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", SMALL)
    with world.registry.session():
        for number in range(10):
            world.do(attempt(f"number {number}"), by="adam")
    assert len(segments(world)) > 2
    return world


def segments(world: World) -> list[Path]:
    return [one.path for one in world.registry.journal.segments()]


def act(world: World) -> None:
    """Give the next command in a new process's view of the registry, and sign a checkpoint."""
    registry = Registry(world.home)
    registry.execute(attempt("another"), RunContext(Actor(id="adam"), world.now))
    registry.checkpoint()


def is_sound(world: World) -> bool:
    report = verify_registry(Registry(world.home), deep=True)
    assert report.ok, report.findings
    return True


def test_the_one_file_of_an_older_version_becomes_the_first_segment_unchanged(
    founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = founded.copy(tmp_path / "home", monkeypatch)
    whole = world.home.journal.read_bytes()
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", SMALL)
    world.do(attempt("new"), by="adam")
    (first,) = segments(world)
    assert first.read_bytes() == whole
    assert first.name == f"events-000000000000-{len(whole.splitlines()) - 1:012}.jsonl"
    assert is_sound(world)


def test_every_reader_reads_all_files(world: World, tmp_path: Path) -> None:
    size = world.registry.head().size
    assert [event["seq"] for event in world.events()] == list(range(size))
    assert [json.loads(one)["seq"] for one in world.registry.journal.bodies(start=size - 5)] == [*range(size)][-5:]
    assert is_sound(world)
    act(world)
    copy = backup_registry(world.registry, tmp_path / "copy")
    assert verify(copy.database, copy.journal, copy.anchors, None, deep=True).ok
    assert len(list(copy.journal.parent.iterdir())) == len(segments(world)) + 1
    lost = world.home.database.rename(tmp_path / "lost.duckdb")
    assert rebuild_registry(world.registry).events == size + 1
    assert same_tables(lost, world.home.database)


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from data.audit import journal, journal_segments
from data.files.home import Home
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry

def die(*_):
    os.kill(os.getpid(), 9)

def write_half(path, payload, write=journal._write):
    write(path, payload[: len(payload) // 2])
    die()

def renamed(*given, close=journal.close_segment):
    close(*given)
    die()

where = sys.argv[3]
journal.SEGMENT_BYTES = 1
if where == "before the rename":
    journal.close_segment = die
elif where == "before the folder is synced":
    journal_segments.sync_folder = die
elif where == "before the new file exists":
    journal.close_segment = renamed
else:
    journal._write = write_half
command = RecordRefusal(about="log", attempted="killed", code="test", reason="killed")
Registry(Home(Path(sys.argv[1]))).execute(command, RunContext(Actor(id="adam"), datetime.fromisoformat(sys.argv[2])))
"""


def test_a_kill_between_any_two_steps_loses_nothing(world: World) -> None:
    for where in (
        "before the rename",
        "before the folder is synced",
        "before the new file exists",
        "in the middle of its first line",
    ):
        size = world.registry.head().size
        line = [sys.executable, "-c", KILLED, str(world.home.root), world.now.isoformat(), where]
        assert subprocess.run(line, cwd=ROOT, timeout=120, check=False).returncode == -9
        assert len(world.events()) == size, "the event is committed, and not yet in the journal"
        act(world)
        assert [event["seq"] for event in world.events()] == list(range(size + 2)), where
    assert is_sound(world)


def removed(world: World) -> None:
    segments(world)[1].unlink()


def removed_at_the_end(world: World) -> None:
    segments(world)[-1].unlink()


def renamed(world: World) -> None:
    path = segments(world)[1]
    path.rename(path.with_name(path.name.replace("events-0000000000", "events-0000000009")))


def added_in_between(world: World) -> None:
    path = segments(world)[1]
    last = path.stem.rpartition("-")[2]
    path.with_name(f"events-{last}-{last}.jsonl").write_bytes(path.read_bytes().splitlines(keepends=True)[-1])


def open_file_removed(world: World) -> None:
    act(world)
    world.home.journal.unlink()


DAMAGES = (removed, removed_at_the_end, renamed, added_in_between, open_file_removed)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_missing_renamed_or_added_file_is_refused_and_recovered_on_request(
    world: World, damage: Callable[[World], None]
) -> None:
    damage(world)
    with pytest.raises(JournalError, match="lost events") as refused:
        act(world)
    assert "modelward recover journal" in refused.value.remedy
    report = verify_registry(Registry(world.home), deep=False)
    assert any("journal" in one.what for one in report.findings)
    first = segments(world)[0].read_bytes()
    recover_journal(Registry(world.home), "a file was lost", RunContext(Actor(id="dev"), world.now))
    assert segments(world)[0].read_bytes() == first, "what is whole is not written again"
    act(world)
    assert is_sound(world)


def test_a_changed_byte_of_a_closed_file_is_found_and_the_file_is_kept(world: World) -> None:
    path = segments(world)[1]
    path.write_bytes(path.read_bytes().replace(b"number", b"Number", 1))
    report = verify_registry(Registry(world.home), deep=False)
    assert report.first_bad_seq is not None
    assert report.first_bad_seq >= int(path.stem.split("-")[1])
    kept = recover_journal(Registry(world.home), "it was edited", RunContext(Actor(id="dev"), world.now)).kept
    assert kept is not None
    assert b"Number" in kept.read_bytes()
    assert is_sound(world)
    with pytest.raises(InputError, match="contains all"):
        recover_journal(Registry(world.home), "once more", RunContext(Actor(id="dev"), world.now))


def test_a_file_with_fewer_lines_than_its_name_says_is_found(world: World) -> None:
    path = segments(world)[1]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    report = verify_registry(Registry(world.home), deep=False)
    assert report.first_bad_seq == int(path.stem.split("-")[2])
    assert any("lines instead of" in one.what for one in report.findings)


def test_only_the_last_files_are_read_before_a_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = Path.open

    def recording(path: Path, *given: object, **named: object) -> object:
        opened.append(path.name)
        return real(path, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", recording)
    act(world)
    assert {name for name in opened if name.startswith("events")} <= {"events.jsonl", segments(world)[-1].name}
