"""Reads proof files: C2SP tlog-proof of one event, and C2SP tlog-witness add-checkpoint bodies for consistency."""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple

from data.audit.standalone.json_spelling import read_object
from data.audit.standalone.signed_note import LogCheckpoint, decode_base64, read_checkpoint

_TLOG_PROOF = "c2sp.org/tlog-proof@v1"
_EVENT_FORMAT = "modelward event v1"
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z", re.ASCII)
_MOST_HASHES = 63


class InclusionProof(NamedTuple):
    """The proof of one event: its number, its audit path, the checkpoint, and what the file says about the event."""

    seq: int
    path: list[bytes]
    checkpoint: LogCheckpoint
    extra: bytes

    def event_fields(self) -> dict[str, Any] | None:
        """Return body, seal and keys as modelward writes them; None if the file has none of them."""
        fields = read_object(self.extra)
        if fields is None or fields.get("format") != _EVENT_FORMAT:
            return None
        texts = {name for name, value in fields.items() if isinstance(value, str)}
        sealed = {"seal", "seal_vkey"}
        is_sealed = sealed <= texts or all(fields.get(name, "") is None for name in sealed)
        return fields if is_sealed and texts | sealed == {"body", "format", "vkey"} | sealed == set(fields) else None


class ConsistencyProof(NamedTuple):
    """The proof that the log of `checkpoint` continues a log of `size` events."""

    size: int
    path: list[bytes]
    checkpoint: LogCheckpoint


def read_inclusion(text: str) -> InclusionProof | None:
    """Return the proof of one event; None if the text is not exactly one tlog-proof."""
    lines, checkpoint = _parts(text)
    if checkpoint is None or len(lines) < 2 or lines[0] != _TLOG_PROOF:
        return None
    extra: bytes | None = b""
    rest = lines[1:]
    if rest[0].startswith("extra "):
        extra, rest = decode_base64(rest[0][6:]), rest[1:]
    seq = _number(rest[0], "index ") if rest else None
    path = _hashes(rest[1:])
    if seq is None or path is None or extra is None:
        return None
    return InclusionProof(seq, path, checkpoint, extra)


def read_consistency(text: str) -> ConsistencyProof | None:
    """Return the proof of consistency; None if the text is not one."""
    lines, checkpoint = _parts(text)
    size = _number(lines[0], "old ") if lines else None
    path = _hashes(lines[1:])
    return None if checkpoint is None or size is None or path is None else ConsistencyProof(size, path, checkpoint)


def leaf_of(body: str) -> bytes:
    """Return the leaf hash of an event's body, 32 bytes."""
    return hashlib.sha256(b"\x00" + body.encode("utf-8", "surrogatepass")).digest()


def _parts(text: str) -> tuple[list[str], LogCheckpoint | None]:
    """Return the lines before the first empty line, and the checkpoint after it."""
    head, _, note = text.partition("\n\n")
    return head.split("\n"), read_checkpoint(note)


def _number(line: str, name: str) -> int | None:
    return int(line[len(name) :]) if line.startswith(name) and _NUMBER.match(line[len(name) :]) else None


def _hashes(lines: list[str]) -> list[bytes] | None:
    found = [decode_base64(line) for line in lines[: _MOST_HASHES + 1]]
    hashes = [node for node in found if node is not None and len(node) == 32]
    return hashes if len(hashes) == len(lines) <= _MOST_HASHES else None
