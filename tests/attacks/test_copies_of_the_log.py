"""Attack: somebody changes database, journal, anchors or key behind the application's back, and then a command is
given.

Result: Refused: no command repairs such a change in silence, copies a forged event, or signs it. `modelward recover`
repairs with a reason and an event.
Caught in: `data/registry/log_copies.py`, before each write and each signature
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from data.audit import keys
from data.audit.anchors.file_anchor import FileAnchor
from data.audit.body import canonical, leaf_hash
from data.audit.merkle import Frontier
from data.audit.verifier.report import Report
from data.errors import (
    AnchorError,
    AuditError,
    ForgedEventError,
    JournalError,
    MissingRegistryError,
    SigningKeyError,
)
from data.files.home import Home
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.audit_log import uuid7
from data.registry.commands.log import RecordRefusal
from data.registry.recovery import recover_anchors, recover_journal
from data.registry.registry import Registry
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry
DEV = RunContext(Actor(id="dev"))


def attempt(what: str) -> RecordRefusal:
    """Return a command that records an event and needs no proof of person."""
    return RecordRefusal(about="log", attempted=what, code="test", reason=what)


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A founded registry, in which the last events follow the last checkpoint."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    world.do(attempt("newcomer"), by="adam")
    return world


def again(world: World) -> Registry:
    """Return the registry as a new command opens it."""
    return Registry(world.home)


def act(world: World) -> None:
    """Give the next command, which records an event and signs a checkpoint."""
    registry = again(world)
    registry.execute(attempt("another"), RunContext(Actor(id="adam"), world.now))
    registry.checkpoint()


def verified(world: World) -> Report:
    return verify_registry(again(world), deep=True)


def forge_event(world: World) -> bytes:
    """Append an event to the database whose chain, copies and head are right, but which has no genuine seal."""
    with duckdb.connect(str(world.home.database)) as connection:
        size, leaf, frontier = connection.execute("SELECT size, leaf, frontier FROM audit_head").fetchall()[0]
        ((last,),) = connection.execute("SELECT body FROM audit_event WHERE seq = ?", [size - 1]).fetchall()
        event = json.loads(last) | {"seq": size, "prev": leaf, "id": uuid7(), "type": "approval.decided", "rows": []}
        body = canonical(event)
        new = leaf_hash(body)
        copies = [event["id"], event["type"], event["subject"], event["actor"]["id"]]
        values = [size, body, new, *copies, event["recorded_at"], event["effective_at"], bytes(64)]
        connection.execute(f"INSERT INTO audit_event VALUES ({', '.join('?' * len(values))})", values)
        head = [size + 1, new.hex(), Frontier.from_hex(frontier).append(new).to_hex()]
        connection.execute("UPDATE audit_head SET size = ?, leaf = ?, frontier = ?", head)
    return body


def test_a_forged_event_is_neither_journalled_nor_signed(world: World) -> None:
    journal = world.home.journal.read_bytes()
    notes = FileAnchor(world.home.anchor).notes()
    forge_event(world)
    with pytest.raises(ForgedEventError, match="is not sealed by the key of the log"):
        act(world)
    with pytest.raises(ForgedEventError):
        again(world).checkpoint()
    assert world.home.journal.read_bytes() == journal
    assert FileAnchor(world.home.anchor).notes() == notes


def test_a_forged_event_with_its_line_in_the_journal_is_not_signed(world: World) -> None:
    line = forge_event(world)
    with world.home.journal.open("ab") as journal:
        journal.write(line + b"\n")
    with pytest.raises(ForgedEventError):
        act(world)
    report = verified(world)
    assert (report.ok, report.first_bad_seq) == (False, report.events - 1)


def test_a_false_note_of_a_great_size_hides_no_unsealed_event(world: World) -> None:
    forge_event(world)
    note = f"{keys.stored_origin(world.home.keys)}\n999999\n{'A' * 43}=\n\n— log.example AAAAAA==\n"
    with world.home.anchor.open("ab") as anchor:
        anchor.write(json.dumps(note, ensure_ascii=False).encode() + b"\n")
    report = verify_registry(again(world), deep=False)
    assert "the event is not sealed by the key of the log" in {one.what for one in report.findings}


def test_a_missing_journal_is_refused_and_written_again_only_on_request(world: World) -> None:
    whole = world.home.journal.read_bytes()
    world.home.journal.unlink()
    with pytest.raises(JournalError, match=r"is missing") as refused:
        act(world)
    assert "modelward recover journal" in refused.value.remedy
    assert not world.home.journal.exists()
    recovery = recover_journal(again(world), "the disk was changed", RunContext(Actor(id="dev"), world.now))
    assert world.home.journal.read_bytes().startswith(whole)
    assert recovery.kept is None
    act(world)
    (event,) = [one for one in world.events() if one["type"] == "log.recovered"]
    assert (event["actor"]["id"], event["data"]["reason"]) == ("dev", "the disk was changed")
    assert verified(world).ok


def test_a_journal_cut_below_the_last_checkpoint_is_refused(world: World) -> None:
    lines = world.home.journal.read_bytes().splitlines(keepends=True)
    world.home.journal.write_bytes(b"".join(lines[: len(lines) // 2]))
    with pytest.raises(JournalError, match="it lost events"):
        act(world)
    assert len(world.home.journal.read_bytes().splitlines()) == len(lines) // 2


def test_a_garbage_line_at_the_end_of_the_journal_is_recovered_and_kept(world: World) -> None:
    whole = world.home.journal.read_bytes()
    world.home.journal.write_bytes(whole + b"garbage\n")
    with pytest.raises(JournalError, match="is not an event") as refused:
        act(world)
    assert "modelward recover journal" in refused.value.remedy
    recovery = recover_journal(again(world), "a stray line", RunContext(Actor(id="dev"), world.now))
    assert recovery.kept is not None
    assert recovery.kept.read_bytes().endswith(b"garbage\n")
    act(world)
    assert verified(world).ok


def test_a_journal_with_later_events_than_the_registry_is_not_overwritten(world: World) -> None:
    old = world.home.root / "old.duckdb"
    shutil.copyfile(world.home.database, old)
    act(world)
    shutil.copyfile(old, world.home.database)
    with pytest.raises(MissingRegistryError):
        act(world)
    with pytest.raises(AuditError):
        recover_journal(again(world), "it is shorter", DEV)


def delete(anchor: Path) -> None:
    anchor.unlink()


def cut(anchor: Path) -> None:
    anchor.write_bytes(b"".join(anchor.read_bytes().splitlines(keepends=True)[:-1]))


def empty(anchor: Path) -> None:
    anchor.write_bytes(b"")


@pytest.mark.parametrize("damage", [delete, cut, empty])
def test_an_anchor_that_lost_what_it_confirmed_is_refused(world: World, damage: Callable[[Path], None]) -> None:
    act(world)
    whole = world.home.anchor.read_bytes()
    damage(world.home.anchor)
    with pytest.raises(AnchorError, match="it lost checkpoints") as refused:
        world.do(attempt("third"), by="adam")
    assert "modelward recover anchors" in refused.value.remedy
    recover_anchors(again(world), "restored", RunContext(Actor(id="dev"), world.now))
    assert world.home.anchor.read_bytes().startswith(whole)
    assert verified(world).ok


def test_an_older_database_and_journal_are_refused_while_an_anchor_is_ahead(world: World) -> None:
    kept = {path: path.read_bytes() for path in (world.home.database, world.home.journal)}
    act(world)
    anchored = world.home.anchor.read_bytes()
    for path, content in kept.items():
        path.write_bytes(content)
    with pytest.raises(AnchorError, match="it is an older copy"):
        act(world)
    with pytest.raises(AnchorError, match="it is an older copy"):
        again(world).checkpoint()
    assert world.home.anchor.read_bytes() == anchored


def test_an_anchor_that_could_not_be_reached_is_completed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    away, drive = world.home.root / "away", world.home.root / "drive"
    registry = Registry(world.home, [FileAnchor(world.home.anchor), FileAnchor(drive / "checkpoints.txt", "off-host")])
    drive.mkdir()
    registry.execute(attempt("a"), RunContext(Actor(id="adam"), world.now))
    registry.checkpoint()
    drive.rename(away)
    other = Registry(world.home, registry.anchors)
    other.execute(attempt("b"), RunContext(Actor(id="adam"), world.now))
    with pytest.raises(AnchorError, match="does not exist"):
        other.checkpoint()
    away.rename(drive)
    last = Registry(world.home, registry.anchors)
    last.execute(attempt("c"), RunContext(Actor(id="adam"), world.now))
    last.checkpoint()
    assert FileAnchor(drive / "checkpoints.txt").notes() == FileAnchor(world.home.anchor).notes()


def test_another_signing_key_is_refused(world: World) -> None:
    anchored = world.home.anchor.read_bytes()
    origin = keys.stored_origin(world.home.keys)
    (world.home.keys / keys.LOG_KEY).unlink()
    keys.load_or_create(world.home.keys, origin)
    with pytest.raises(SigningKeyError, match="is not the key that the log declares"):
        act(world)
    assert world.home.anchor.read_bytes() == anchored


def test_a_changed_head_is_not_signed(world: World) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute("UPDATE audit_head SET frontier = left(frontier, 16) || repeat('0', length(frontier) - 16)")
    with pytest.raises(AuditError, match="does not follow from its"):
        act(world)


def test_events_that_a_crash_kept_from_the_journal_are_brought_in_before_a_checkpoint(world: World) -> None:
    lines = world.home.journal.read_bytes().splitlines(keepends=True)
    world.home.journal.write_bytes(b"".join(lines[:-1]))
    again(world).checkpoint()
    assert world.home.journal.read_bytes() == b"".join(lines)
    assert verified(world).ok


def test_a_home_is_whole_after_these_checks(world: World) -> None:
    act(world)
    assert verified(world).ok
    assert Home(world.home.root).journal.exists()
