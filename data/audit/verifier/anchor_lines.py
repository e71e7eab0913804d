"""Reads the copy of an anchor: the notes of a file, the commits of a git branch, or the stamps of an authority.

Each line is a JSON string (a note) or a JSON object (a commit or a stamp with its note). Sources: git's object format,
RFC 3161.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.audit.verifier.journal import complete_lines
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import read_note

FILE = b"checkpoint"
_HEADER = re.compile(r"tree ([0-9a-f]{40}|[0-9a-f]{64})\n(?:parent ([0-9a-f]{40}|[0-9a-f]{64})\n)?(?!parent )")


STAMP, COMMIT = {"note", "response"}, {"commit", "note"}
LINES = (STAMP, COMMIT)
"""The fields of a line that is an object; the lines of a file of checkpoints are texts."""


@dataclass(frozen=True)
class Stamp:
    """A note and the reply of a time-stamp authority about it (DER)."""

    note: str
    reply: bytes


@dataclass
class AnchorLines:
    """What the lines of an anchor contain; `last_commit` is empty for an anchor that is no git branch."""

    notes: list[str] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    last_commit: str = ""


def read_lines(name: str, path: Path, findings: Findings) -> AnchorLines:
    """Return the content of an anchor's file; add a finding for each commit that does not follow the one before it."""
    found, size = AnchorLines(), -1
    for number, value in enumerate(_values(path), 1):
        fields = (
            set(value) if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()) else set()
        )
        # A line with other fields is no checkpoint: a stamp whose field is renamed must not count as a note alone.
        found.notes.append(value["note"] if fields in LINES else value if isinstance(value, str) else "")
        if fields == STAMP:
            found.stamps.append(Stamp(value["note"], _decoded(value["response"])))
        elif fields == COMMIT:
            note = read_note(value["note"])
            fault = _commit_fault(value["commit"], value["note"], found.last_commit)
            if fault or (note is not None and note.size <= size):
                findings.add(f"commit {number} of {name} {fault or 'has no larger size than the commit before it'}")
            found.last_commit, size = commit_id(value["commit"]), note.size if note else size
    return found


def commit_id(text: str) -> str:
    """Return the id of a commit object, in the hash of its repository: SHA-1 or SHA-256."""
    header = _HEADER.match(text)
    return _object(b"commit", text.encode("utf-8", "surrogatepass"), len(header[1]) if header else 40)


def _commit_fault(text: str, note: str, former: str) -> str:
    header = _HEADER.match(text)
    if header is None:
        return "is not a commit with one tree and at most one parent"
    length = len(header[1])
    blob = bytes.fromhex(_object(b"blob", note.encode("utf-8", "surrogatepass"), length))
    if _object(b"tree", b"100644 " + FILE + b"\0" + blob, length) != header[1]:
        return "does not contain this checkpoint"
    return "" if (header[2] or "") == former else "does not follow the commit before it"


def _object(kind: bytes, content: bytes, length: int) -> str:
    packed = kind + b" %d\0" % len(content) + content
    # SHA-1 only names the objects of git; the notes themselves are compared with the signed roots.
    digest = hashlib.sha1(packed, usedforsecurity=False) if length == 40 else hashlib.sha256(packed)
    return digest.hexdigest()


def _values(path: Path) -> Iterator[Any]:
    for line in complete_lines(path):
        try:
            yield json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            yield None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
