"""Reads one line of an anchor's copy: a note, a commit of a git branch with its note, or a time stamp of a note.

Source: git's object format. The signature of a time stamp is not verified here.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import NamedTuple

from data.audit.standalone.json_spelling import read_object

_COMMIT_HEADER = re.compile(r"tree ([0-9a-f]{40}|[0-9a-f]{64})\n(?:parent ([0-9a-f]{40}|[0-9a-f]{64})\n)?(?!parent )")


class AnchorLine(NamedTuple):
    """The note of a line, None if it has none; the id of its commit, empty for another kind; what is wrong with it."""

    note: str | None
    commit: str = ""
    is_stamp: bool = False
    fault: str = ""


def read_anchor_line(line: bytes, former: str) -> AnchorLine:
    """Return the content of a line; `former` is the id of the commit on the line before it, empty without one."""
    if not line.startswith(b"{"):
        return AnchorLine(_note_text(line))
    fields = read_object(line) or {}
    if not all(isinstance(value, str) for value in fields.values()):
        return AnchorLine(None)
    if set(fields) == {"note", "response"}:
        return AnchorLine(fields["note"], is_stamp=True)
    if set(fields) != {"commit", "note"}:
        return AnchorLine(None)
    header = _COMMIT_HEADER.match(fields["commit"])
    if header is None:
        return AnchorLine(fields["note"], fault="the commit has not one tree and at most one parent")
    length = len(header[1])
    blob = bytes.fromhex(_git_object(b"blob", fields["note"].encode(), length))
    identity = _git_object(b"commit", fields["commit"].encode(), length)
    fault = ""
    if _git_object(b"tree", b"100644 checkpoint\0" + blob, length) != header[1]:
        fault = "the commit does not contain this checkpoint"
    elif (header[2] or "") != former:
        fault = "the commit does not follow the commit before it"
    return AnchorLine(fields["note"], identity, fault=fault)


def _git_object(kind: bytes, content: bytes, length: int) -> str:
    packed = kind + b" %d\0" % len(content) + content
    # SHA-1 only names the objects of git: the notes themselves are compared with the signed roots.
    return (hashlib.sha1(packed) if length == 40 else hashlib.sha256(packed)).hexdigest()  # noqa: S324 – see above


def _note_text(line: bytes) -> str | None:
    try:
        text = json.loads(line.decode("utf-8"))
        # One spelling only, so that no byte of the file can change without a finding.
        return text if isinstance(text, str) and json.dumps(text, ensure_ascii=False).encode() == line else None
    except (ValueError, RecursionError):
        return None
