"""A log written by the first version: whatever changes in the code, this log must verify for ever.

The files are never written again. Their keys are fixed and not secret: the seed of key n is the SHA-256 of
`modelward test key n`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from data.audit.anchor import FileAnchor
from data.audit.body import canonical, leaf_hash
from data.audit.journal import Journal
from data.audit.merkle import root
from data.audit.note import parse_checkpoint, verify_checkpoint
from data.audit.rebuild import rebuild
from data.audit.verifier import verify

GOLDEN = Path(__file__).parent / "golden"
JOURNAL, ANCHOR = Journal(GOLDEN / "events.jsonl"), FileAnchor(GOLDEN / "checkpoints.txt")
BODIES, NOTES = list(JOURNAL.bodies()), ANCHOR.notes()
ROTATED_AT = 13


def test_the_log_is_the_one_that_was_committed() -> None:
    assert (len(BODIES), len(NOTES)) == (15, 6)
    assert leaf_hash(BODIES[-1]).hex() == json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))["leaf"]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_every_body_is_still_written_the_same(body: bytes) -> None:
    assert canonical(json.loads(body)) == body


@pytest.mark.parametrize("note", NOTES, ids=[str(parse_checkpoint(note).size) for note in NOTES])
def test_every_checkpoint_still_holds(note: str) -> None:
    size = parse_checkpoint(note).size
    named_by = BODIES[ROTATED_AT if size > ROTATED_AT else 0]
    checkpoint = verify_checkpoint(note, json.loads(named_by)["data"]["vkey"])
    assert checkpoint.root == root([leaf_hash(body) for body in BODIES[:size]])


def test_the_registry_is_still_rebuilt_and_verified(
    tmp_path: Path, create_tables: Callable[[duckdb.DuckDBPyConnection], None]
) -> None:
    assert rebuild(JOURNAL, tmp_path / "registry.duckdb", create_tables, [ANCHOR]) == len(BODIES)
    trusted = json.loads(BODIES[0])["data"]["vkey"]
    anchors = [("local", ANCHOR.path)]
    report = verify(tmp_path / "registry.duckdb", JOURNAL.path, anchors, None, deep=True, trusted_vkey=trusted)
    assert (report.ok, report.findings, report.anchored) == (True, [], len(BODIES))
