"""Checkpoints are verified by the key and root of the log at their size; anchors and registry have the same ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.audit.keys import SigningKey
from data.audit.note import sign_checkpoint
from data.audit.standalone.checkpoint_check import CheckpointCheck, NoteFile, all_sizes, largest_size, read_notes
from data.audit.standalone.event_log import EventLogReading
from data.audit.standalone.fault_list import FaultList
from data.audit.standalone.log_declaration import LogDeclaration

GOLDEN = Path(__file__).parents[1] / "golden-2"
NOTES = (GOLDEN / "checkpoints.txt").read_bytes().split(b"\n")[:-1]
FIRST = json.loads(NOTES[0])


def checked(lines: list[bytes]) -> tuple[int, list[str]]:
    """Return the largest size that these notes prove of the golden log, which has a rotation, and the faults."""
    faults, declaration = FaultList(), LogDeclaration()
    notes = read_notes("notes", lines, faults)
    log = EventLogReading(faults, declaration, all_sizes([notes]), 10**6)
    log.read((GOLDEN / "events.jsonl").read_bytes().split(b"\n")[:-1], lambda *_: None)
    proven = CheckpointCheck(faults, declaration, log).prove(notes)
    return proven, [one.what for one in faults.listed()]


def as_line(note: str) -> bytes:
    return json.dumps(note, ensure_ascii=False).encode()


def test_the_golden_checkpoints_are_signed_by_the_key_in_force_at_their_size() -> None:
    assert checked(NOTES) == (17, [])
    assert checked(NOTES + NOTES) == (17, [])
    assert largest_size([read_notes("n", NOTES, FaultList())]) == 17
    assert largest_size([]) == 0


ORIGIN = FIRST.split("\n")[0]
WRONG: dict[str, tuple[bytes, str]] = {
    "no note": (b'"x"', "not a checkpoint"),
    "escaped text": (json.dumps(FIRST).encode(), "not a checkpoint"),
    "signed by another key": (
        as_line(sign_checkpoint(ORIGIN, 1, bytes(32), SigningKey(ORIGIN, bytes(32)))),
        "not signed",
    ),
    "of another log": (as_line(sign_checkpoint("other", 1, bytes(32), SigningKey("other", bytes(32)))), "another log"),
}


@pytest.mark.parametrize("line,what", WRONG.values(), ids=WRONG)
def test_a_wrong_note_is_a_fault(line: bytes, what: str) -> None:
    _, faults = checked([*NOTES, line])
    assert len(faults) == 1
    assert what in faults[0]


def test_a_file_without_checkpoints_is_a_fault() -> None:
    assert checked([]) == (0, ["the file contains no checkpoint"])


def test_an_anchor_and_the_registry_have_the_same_checkpoints_except_the_newest() -> None:
    faults = FaultList()
    check = CheckpointCheck(faults, LogDeclaration(), EventLogReading(faults, LogDeclaration(), (), 0))
    whole = read_notes("registry", NOTES, faults).checkpoints
    check.compare(NoteFile("registry", whole), NoteFile("anchor", whole[:-1]))
    assert faults.count() == 0
    check.compare(NoteFile("registry", whole), NoteFile("anchor", whole[1:]))
    check.compare(NoteFile("registry", whole[:-1]), NoteFile("anchor", whole))
    assert [one.what.split(" checkpoint")[0] for one in faults.listed()] == ["the anchor lacks the", "the"]
