"""Reads a checkpoint that somebody kept outside the registry: a note, the proof of an event, or a copy of an anchor."""

from __future__ import annotations

import json
from pathlib import Path

from data.audit.note import Checkpoint, parse_checkpoint
from data.audit.proof_file import TLOG_PROOF
from data.audit.standalone.proof_file import read_inclusion
from data.audit.standalone.proof_verification import inclusion_fault
from data.errors import AuditError, FileError, InputError
from data.files.file_fault import file_faults

LARGEST = 1 << 26
REMEDY = "give a note with origin, size and root, a proof that `modelward audit prove` wrote, or a copy of an anchor"


def kept_note(path: Path) -> str:
    """Return the note in a file; of a copy of an anchor, which has many lines, the last one.

    Raises InputError when the file cannot be read or contains no checkpoint.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode()
        note = _note_in(text)
        parse_checkpoint(note)
    except OSError as broken:
        raise InputError(f"{path} cannot be read: {broken.strerror or broken}", REMEDY) from broken
    except (AuditError, ValueError, KeyError, TypeError, RecursionError) as broken:
        raise InputError(f"{path} contains no checkpoint", REMEDY) from broken
    return note


def kept_checkpoint(path: Path) -> Checkpoint:
    """Return what the note in a file states, unverified. Raises InputError."""
    return parse_checkpoint(kept_note(path))


def kept_event(path: Path) -> tuple[int, bytes] | None:
    """Return number and body of the event that a proof file contains; None for another file with a checkpoint.

    Raises InputError when the file cannot be read, or contradicts itself.
    """
    with file_faults(path, kind=FileError):
        proof = read_inclusion(path.read_bytes()[:LARGEST].decode("utf-8", "replace"))
    fields = proof.event_fields() if proof else None
    if proof is None or fields is None:
        return None
    if fault := inclusion_fault(proof):
        remedy = "take the file as it was written; whoever changed it cannot make it right again"
        raise InputError(f"{path} proves nothing: {fault}", remedy)
    return proof.seq, str(fields["body"]).encode()


def _note_in(text: str) -> str:
    if text.startswith(f"{TLOG_PROOF}\n"):
        return text.partition("\n\n")[2]
    if not text.startswith(('"', "{")):
        return text
    last = json.loads(text.rstrip("\n").rpartition("\n")[2])
    return str(last["note"]) if isinstance(last, dict) else str(last)
