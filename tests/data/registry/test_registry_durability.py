"""Journal, anchors and keys are kept outside the database; after a crash they are completed, or an error is raised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.verifier import verify
from data.errors import (
    AnchorError,
    InputError,
    JournalError,
    MissingRegistryError,
    SigningKeyError,
)
from data.records.approval import Vote
from data.records.events import DECISIONS
from data.records.person import Actor, Person
from data.records.run_context import RunContext
from data.registry.commands.person import AddPerson
from data.registry.enrolment import enrol
from data.registry.registry import Registry
from tests.empty_registry import addition, replay
from tests.replay import Replay
from tests.world import FOUNDED_AT, World

__all__ = ["replay"]

ROOT = Path(__file__).parents[3]
ANA = Actor(id="ana")


def test_a_decision_is_anchored_before_its_receipt_and_other_events_later(replay: Replay) -> None:
    sink = FileAnchor(replay.home.anchor)
    replay.do(addition())
    assert len(sink.notes()) == 1, "adding somebody is no decision"
    replay.do(AddPerson(person="two", printed_name="Two"))
    enrol(replay.registry, "one", ANA, as_of=replay.now)
    assert sink.notes()[-1].split("\n")[1] == "4"


def test_every_decision_is_anchored(world: World) -> None:
    world.approved()
    anchored = {int(note.split("\n")[1]) for note in FileAnchor(world.home.anchor).notes()}
    decided = {event["seq"] + 1 for event in world.events() if event["type"] in {kind.value for kind in DECISIONS}}
    assert decided <= anchored


class Unreachable:
    """An anchor that cannot be written."""

    name, location = "unreachable", "off-host"

    def append(self, note: str) -> None:
        raise AnchorError("the bucket is gone")

    def notes(self) -> list[str]:
        return []

    def lacking(self, notes: list[str]) -> list[str]:
        return notes

    def last(self) -> None:
        return None


def test_a_decision_that_cannot_be_anchored_gets_no_receipt(world: World) -> None:
    request = world.requested()
    decision = world.decision(request, "alma")
    broken = Registry(world.home, [Unreachable()])  # type: ignore[list-item]
    with pytest.raises(AnchorError):
        broken.execute(decision, RunContext(Actor(id="alma"), world.now, request.run_id))
    assert len(world.find(Vote)) == 1, "it happened, and the next checkpoint covers it"
    world.decide(request, "axel")
    assert FileAnchor(world.home.anchor).notes()[-1].split("\n")[1] == str(len(world.events()))


CRASH = """
import os, sys
from datetime import datetime
from pathlib import Path
from data.audit.journal import Journal
from data.registry.commands.person import AddPerson
from data.files.home import Home
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.registry import Registry
Journal.append = lambda *_: os._exit(9)
now = datetime.fromisoformat(sys.argv[2])
command = AddPerson(person="one", printed_name="One")
Registry(Home(Path(sys.argv[1]))).execute(command, RunContext(Actor(id="ana"), now))
"""


def test_after_a_crash_before_the_journal_the_next_command_completes_it(replay: Replay) -> None:
    command = [sys.executable, "-c", CRASH, str(replay.home.root), FOUNDED_AT.isoformat()]
    died = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert died.returncode == 9
    assert [event["type"] for event in replay.events()] == ["log.created"], "committed, not yet in the journal"
    replay.do(addition("two"))
    assert [event["seq"] for event in replay.events()] == [0, 1, 2]
    assert [event["subject"] for event in replay.events()][1:] == ["people/one", "people/two"]


CRASH_TOGETHER = """
import os, sys
from datetime import datetime
from pathlib import Path
import data.audit.journal as journal
from data.registry.audit_log import AuditLog
from data.audit.journal import Journal
from data.registry.commands.person import AddPerson
from data.files.home import Home
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.log_copies import LogCopies
from data.registry.registry import Registry
from data.registry.state import State

def die(*_):
    os.kill(os.getpid(), 9)

def tear(path, payload, write=journal._write):
    write(path, payload[: len(payload) // 2])
    die()

def after(count, act):
    def counting(*given):
        nonlocal count
        count -= 1
        return act(*given) if count >= 0 else die()
    return counting

where = sys.argv[3]
if where == "in the middle of the rows":
    State.apply = after(2, State.apply)
elif where == "before the events":
    AuditLog.write = die
elif where == "before the journal":
    Journal.append = die
elif where == "in the middle of the journal":
    journal._write = tear
elif where == "before the checkpoint":
    LogCopies.written = die
commands = [AddPerson(person=f"p{number}", printed_name="P") for number in range(4)]
now = datetime.fromisoformat(sys.argv[2])
Registry(Home(Path(sys.argv[1]))).execute_together(commands, RunContext(Actor(id="ana"), now))
"""

DEATHS = {
    "in the middle of the rows": False,
    "before the events": False,
    "before the journal": True,
    "in the middle of the journal": True,
    "before the checkpoint": True,
}
"""Maps the point at which the process of a batch is killed to True if the batch is recorded."""


@pytest.mark.parametrize("where", DEATHS)
def test_a_batch_whose_process_is_killed_is_recorded_completely_or_not_at_all(replay: Replay, where: str) -> None:
    command = [sys.executable, "-c", CRASH_TOGETHER, str(replay.home.root), FOUNDED_AT.isoformat(), where]
    died = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert died.returncode == -9
    happened = ["people/p0", "people/p1", "people/p2", "people/p3"] if DEATHS[where] else []
    assert [one.key for one in replay.find(Person)] == happened
    replay.do(addition("two"))
    assert [event["seq"] for event in replay.events()] == list(range(len(happened) + 2))
    assert [event["subject"] for event in replay.events()][1:] == [*happened, "people/two"]
    replay.registry.checkpoint()
    home = replay.home
    report = verify(home.database, home.journal, replay.registry.anchor_files, None, deep=True)
    assert (report.ok, report.findings) == (True, [])


def test_an_incomplete_last_line_of_the_journal_is_written_again(replay: Replay) -> None:
    replay.do(addition())
    text = replay.home.journal.read_bytes()
    replay.home.journal.write_bytes(text[:-20])
    replay.do(addition("two"))
    assert replay.home.journal.read_bytes().startswith(text)
    assert len(replay.events()) == 3


def test_a_registry_with_fewer_events_than_its_journal_refuses_commands(replay: Replay) -> None:
    last = replay.home.journal.read_bytes()
    body = json.loads(replay.registry.journal.last() or b"")
    replay.home.journal.write_bytes(last + json.dumps({**body, "seq": 1}).encode() + b"\n")
    with pytest.raises(MissingRegistryError, match="2 in the journal, 1 in the registry"):
        replay.do(addition())


def test_without_a_writable_journal_no_receipt_is_returned(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise JournalError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("data.audit.journal.Journal.append", full)
        with pytest.raises(JournalError):
            replay.do(addition())
    with pytest.raises(InputError, match="is in use already"):
        replay.do(addition())
    assert [event["seq"] for event in replay.events()] == [0, 1, 2], "what was committed came in with the next"


def test_a_lost_signing_key_is_an_error_and_not_replaced(replay: Replay) -> None:
    replay.do(addition())
    (replay.home.keys / "log.key").unlink()
    with pytest.raises(SigningKeyError):
        enrol(Registry(replay.home), "one", ANA, as_of=replay.now)
    assert not (replay.home.keys / "log.key").exists()
