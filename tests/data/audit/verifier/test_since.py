"""A verification from a trusted checkpoint on finds every change of the later events, and says what it did not read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.audit.keys import SigningKey
from data.audit.note import sign_checkpoint
from data.audit.verifier.__main__ import main
from data.audit.verifier.report import Report
from data.audit.verifier.since import verify_since
from data.audit.verifier.verification import verify
from data.registry.commands.log import RecordRefusal
from tests.world import Template

pytestmark = pytest.mark.closed_registry


class Kept:
    """The files of a home, and the checkpoint of it that somebody trusts, with some events after it."""

    def __init__(self, root: Path, note: str) -> None:
        self.root, self.note = root, note
        self.database = root / "registry" / "registry.duckdb"
        self.journal = root / "journal" / "events.jsonl"
        self.anchor = root / "anchors" / "checkpoints.txt"

    @property
    def size(self) -> int:
        return int(self.note.split("\n")[1])

    def since(self, **changes: Any) -> Report:
        fields: dict[str, Any] = {
            "trusted": self.note, "database": self.database, "journal": self.journal,
            "anchors": [("local", self.anchor)],
        }  # fmt: skip
        return verify_since(**(fields | changes))

    def sql(self, query: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(query.format(size=self.size))

    def whats(self) -> str:
        return "; ".join(one.what for one in self.since().findings)


@pytest.fixture(scope="module")
def written(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    root = tmp_path_factory.mktemp("since")
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(root / "home", patch)
        with world.registry.session():
            version = world.validated()
        world.registry.checkpoint()
        note = world.home.anchor.read_text("utf-8").rstrip("\n").rpartition("\n")[2]
        with world.registry.session():
            request = world.requested(version)
            world.decide(request, "alma")
            world.decide(request, "axel")
            world.do(RecordRefusal(about="log", attempted="last", code="test", reason="a test"))
    return Kept(world.home.root, json.loads(note))


@pytest.fixture
def kept(written: Kept, tmp_path: Path) -> Kept:
    """A copy that a test may change."""
    return Kept(Path(shutil.copytree(written.root, tmp_path / "home")), written.note)


def test_a_genuine_log_is_verified_and_the_rest_is_named(written: Kept) -> None:
    report, whole = written.since(), verify(written.database, written.journal, [("local", written.anchor)], None, True)
    assert (report.ok, report.findings) == (True, [])
    assert (report.events, report.anchored, report.since) == (whole.events, whole.anchored, written.size)
    assert len(report.unchecked) == 2
    assert "audit verify --deep" in report.unchecked[1]


EDITS: dict[str, tuple[str, str]] = {
    "a later event edited": (
        "UPDATE audit_event SET body = replace(body::VARCHAR, 'alma', 'olga')::BLOB WHERE type = 'approval.decided'",
        "differs from the event body",
    ),
    "the last event deleted": (
        "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)", "the last events are missing",
    ),
    "an event between deleted": ("DELETE FROM audit_event WHERE seq = {size} + 1", "is missing"),
    "the first event after the checkpoint deleted": ("DELETE FROM audit_event WHERE seq = {size}", "is missing"),
    "the event before the checkpoint deleted": ("DELETE FROM audit_event WHERE seq = {size} - 1", "is missing"),
    "an event deleted long before": ("DELETE FROM audit_event WHERE seq = 3", "without a valid seq: -1"),
    "the last event before the checkpoint edited": (
        "UPDATE audit_event SET body = body || ' '::BLOB WHERE seq = {size} - 1", "prev is not the leaf",
    ),
    "a row that a later event wrote edited": (
        "UPDATE vote SET decision = 'reject' WHERE person = 'alma'", "the row differs from event",
    ),
    "a row that a later event wrote deleted": ("DELETE FROM vote WHERE person = 'alma'", "is missing"),
    "the index of rows": ("UPDATE row_image SET seq = {size} WHERE table_name = 'vote'", "the last event of vote"),
    "the head": ("UPDATE audit_head SET size = size + 1", "not the single row"),
    "the frontier of the checkpoint": (
        "UPDATE checkpoint SET frontier = left(frontier, 16) || repeat('0', length(frontier) - 16) WHERE size = {size}",
        "the frontier is not that of the first events",
    ),
    "the checkpoint removed": ("DELETE FROM checkpoint WHERE size = {size}", "not among the checkpoints"),
    "a later checkpoint edited": (
        "UPDATE checkpoint SET note = replace(note, chr(8212), '-') WHERE size > {size}", "is not a checkpoint",
    ),
    "a seal removed": ("UPDATE audit_event SET seal = NULL WHERE seq = {size} + 2", "the event has no seal"),
    "an id used again": (
        "UPDATE audit_event SET id = (SELECT id FROM audit_event WHERE seq = 4) WHERE seq = {size}", "was used before",
    ),
    "a view": ("CREATE VIEW v AS SELECT 1", "unexpected view"),
}  # fmt: skip


@pytest.mark.parametrize("query, what", EDITS.values(), ids=EDITS)
def test_a_change_is_found(query: str, what: str, kept: Kept) -> None:
    kept.sql(query)
    assert what in kept.whats()


def cut_journal(kept: Kept) -> None:
    kept.journal.write_bytes(b"".join(kept.journal.read_bytes().splitlines(keepends=True)[:-2]))


def edit_journal(kept: Kept) -> None:
    kept.journal.write_bytes(kept.journal.read_bytes().replace(b'"approval.decided"', b'"approval.revoked"'))


def lengthen_journal(kept: Kept) -> None:
    kept.journal.write_bytes(kept.journal.read_bytes() + b"{}\n")


def cut_anchor(kept: Kept) -> None:
    kept.anchor.write_bytes(b"".join(kept.anchor.read_bytes().splitlines(keepends=True)[:-3]))


FILES: dict[str, tuple[Callable[[Kept], None], str]] = {
    "the journal cut": (cut_journal, "the journal ends before this event"),
    "the journal edited": (edit_journal, "the journal has other bytes"),
    "the journal longer": (lengthen_journal, "the journal has 1 more"),
    "the journal missing": (lambda kept: kept.journal.unlink(), "the journal is missing"),
    "an anchor cut": (cut_anchor, "lacks the checkpoint of size"),
    "an anchor missing": (lambda kept: kept.anchor.unlink(), "is missing"),
}


@pytest.mark.parametrize("edit, what", FILES.values(), ids=FILES)
def test_a_change_of_a_copy_is_found(edit: Callable[[Kept], None], what: str, kept: Kept) -> None:
    edit(kept)
    assert what in kept.whats()


def test_a_checkpoint_that_is_not_of_this_log_is_found(written: Kept) -> None:
    origin, size, _ = written.note.split("\n")[:3]
    other = sign_checkpoint(origin, int(size), bytes(32), SigningKey(origin, bytes(32)))
    assert "is not signed by the key of this log" in written.since(trusted=other).findings[0].what
    assert "is not a checkpoint" in written.since(trusted="text").findings[0].what


def test_events_that_are_not_read_may_differ_unless_a_proof_of_them_is_given(kept: Kept) -> None:
    kept.sql("UPDATE audit_event SET body = body || ' '::BLOB WHERE seq = 5")
    report = kept.since()
    assert report.ok
    assert "`modelward audit verify` reads them" in report.unchecked[0]
    (finding,) = kept.since(proven=(5, b"the body in the proof")).findings
    assert (finding.seq, "differs from the one" in finding.what) == (5, True)


def test_a_key_that_is_trusted_is_compared_with_genesis(written: Kept) -> None:
    assert not written.since(trusted_vkey=SigningKey("other", bytes(32)).vkey).ok


def test_a_file_that_is_no_database_is_a_finding(written: Kept, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    assert "cannot be read" in written.since(database=tmp_path / "x").findings[0].what


def test_the_command_of_a_backup_verifies_since_a_note_or_a_proof(
    written: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note, proof = tmp_path / "note", tmp_path / "proof"
    note.write_text(written.note, "utf-8")
    proof.write_text(f"c2sp.org/tlog-proof@v1\nindex 0\n\n{written.note}", "utf-8")
    files = ["--database", str(written.database), "--journal", str(written.journal), "--anchor", str(written.anchor)]
    for trusted in (note, proof):
        assert main([*files, "--since", str(trusted)]) == 0
        assert "not checked: events 0 to" in capsys.readouterr().out
    assert main([*files, "--since", str(tmp_path / "nowhere")]) == 1
