"""Logs that were written once: whatever changes in the code, these logs must verify for ever.

`golden` was written in format version 1, whose events name no rules. `golden-2` was written in format version 2 and
holds a migration. The files are never written again. Their keys are fixed and not secret: the seed of key n is the
SHA-256 of `modelward test key n`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.body import canonical, leaf_hash
from data.audit.journal import Journal
from data.audit.merkle import root
from data.audit.note import parse_checkpoint, verify_checkpoint
from data.audit.rebuild import rebuild
from data.audit.verifier import verify
from data.registry.rules.number import rules_of
from tests.data.audit.conftest import CreateTables


@dataclass(frozen=True)
class Golden:
    """A log as it was committed: its folder, its number of events and checkpoints, and the event that rotates its
    key."""

    name: str
    events: int
    checkpoints: int
    rotated_at: int
    format: int

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / self.name

    @property
    def journal(self) -> Journal:
        return Journal(self.folder / "events.jsonl")

    @property
    def anchor(self) -> FileAnchor:
        return FileAnchor(self.folder / "checkpoints.txt")

    @cached_property
    def bodies(self) -> list[bytes]:
        return list(self.journal.bodies())


GOLDEN = (Golden("golden", 15, 6, 13, format=1), Golden("golden-2", 17, 7, 13, format=2))
BODIES = {f"{log.name} {seq}": (log, body) for log in GOLDEN for seq, body in enumerate(log.bodies)}
NOTES = {f"{log.name} {parse_checkpoint(note).size}": (log, note) for log in GOLDEN for note in log.anchor.notes()}
LOGS = pytest.mark.parametrize("log", GOLDEN, ids=[log.name for log in GOLDEN])


@LOGS
def test_the_golden_log_is_unchanged(log: Golden) -> None:
    assert (len(log.bodies), len(log.anchor.notes())) == (log.events, log.checkpoints)
    expected = json.loads((log.folder / "expected.json").read_text(encoding="utf-8"))
    assert leaf_hash(log.bodies[-1]).hex() == expected["leaf"]


@pytest.mark.parametrize("log,body", BODIES.values(), ids=BODIES)
def test_every_golden_body_is_written_with_the_same_bytes(log: Golden, body: bytes) -> None:
    event = json.loads(body)
    assert canonical(event) == body
    assert (event["v"], rules_of(event)) == (log.format, 1)


@pytest.mark.parametrize("log,note", NOTES.values(), ids=NOTES)
def test_every_golden_checkpoint_is_valid(log: Golden, note: str) -> None:
    size = parse_checkpoint(note).size
    named_by = log.bodies[log.rotated_at if size > log.rotated_at else 0]
    checkpoint = verify_checkpoint(note, json.loads(named_by)["data"]["vkey"])
    assert checkpoint.root == root([leaf_hash(body) for body in log.bodies[:size]])


@LOGS
def test_a_registry_rebuilt_from_the_golden_journal_verifies(
    log: Golden, tmp_path: Path, create_tables: CreateTables
) -> None:
    assert rebuild(log.journal, tmp_path / "registry.duckdb", create_tables, [log.anchor]) == len(log.bodies)
    trusted = json.loads(log.bodies[0])["data"]["vkey"]
    anchors = [("local", log.anchor.path)]
    report = verify(tmp_path / "registry.duckdb", log.journal.path, anchors, None, deep=True, trusted_vkey=trusted)
    assert (report.ok, report.findings, report.anchored) == (True, [], len(log.bodies))
