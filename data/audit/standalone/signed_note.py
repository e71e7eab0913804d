"""Reads C2SP signed notes, tlog checkpoints and the keys of Go's sumdb/note; malformed input gives None or False."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from data.audit.standalone.curve_signature import is_valid_key, is_valid_signature

_KEY_NAME = re.compile(r"[^\s+]+")
_LOG_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z", re.ASCII)
_KEY_ID = re.compile(r"[0-9a-f]{8}\Z", re.ASCII)
# Control characters, and the two line separators that some readers would take for line breaks.
_NOT_IN_NOTES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class NoteSignature(NamedTuple):
    """One signature line: the key's name, the key's id (4 bytes) and the signature."""

    name: str
    key_id: bytes
    value: bytes


class SignedNote(NamedTuple):
    """A note: the signed text with its last line break, and the signature lines."""

    text: str
    signatures: tuple[NoteSignature, ...]


class LogCheckpoint(NamedTuple):
    """A checkpoint: the origin, size and root (32 bytes) that it states, and the note itself."""

    origin: str
    size: int
    root: bytes
    note: SignedNote


class LogKey(NamedTuple):
    """A verification key: its name in signatures, its id (4 bytes) and the public key (32 bytes)."""

    name: str
    key_id: bytes
    public: bytes


def read_note(text: str) -> SignedNote | None:
    """Return the note that the text spells; None if it is not a signed note."""
    body, blank, block = text.rpartition("\n\n")
    if not blank or not body or not block.endswith("\n") or _NOT_IN_NOTES.search(text):
        return None
    signatures = []
    for line in block[:-1].split("\n"):
        signature = _read_signature(line)
        if signature is None:
            return None
        signatures.append(signature)
    return SignedNote(body + "\n", tuple(signatures))


def read_checkpoint(text: str) -> LogCheckpoint | None:
    """Return the checkpoint that the text spells, without verifying it; None if it is not a checkpoint."""
    note = read_note(text)
    lines = note.text.split("\n")[:-1] if note else []
    if note is None or len(lines) < 3 or not all(lines) or not _LOG_SIZE.match(lines[1]):
        return None
    root = decode_base64(lines[2])
    return LogCheckpoint(lines[0], int(lines[1]), root, note) if root is not None and len(root) == 32 else None


@lru_cache(maxsize=256)
def read_key(vkey: str) -> LogKey | None:
    """Return the key of `name+id+base64(0x01 ‖ public key)`; None unless the id fits and the key is a valid point."""
    parts = vkey.split("+", 2)
    packed = decode_base64(parts[2]) if len(parts) == 3 else None
    if packed is None or len(packed) != 33 or packed[:1] != b"\x01" or not _KEY_NAME.fullmatch(parts[0]):
        return None
    key_id = hashlib.sha256(parts[0].encode("utf-8", "replace") + b"\n" + packed).digest()[:4]
    if not _KEY_ID.match(parts[1]) or key_id.hex() != parts[1] or not is_valid_key(packed[1:]):
        return None
    return LogKey(parts[0], key_id, packed[1:])


def is_signed_by(note: SignedNote, vkey: str) -> bool:
    """Return True if a line of the note has the key's name and id, and each such line is the key's signature."""
    key = read_key(vkey)
    if key is None:
        return False
    own = [one.value for one in note.signatures if (one.name, one.key_id) == (key.name, key.key_id)]
    message = note.text.encode("utf-8")
    return bool(own) and all(is_valid_signature(key.public, value, message) for value in own)


def is_message_signed_by(vkey: str, message: bytes, signature: bytes | None) -> bool:
    """Return True if `signature` (64 bytes) is the key's signature over the message."""
    key = read_key(vkey)
    return key is not None and signature is not None and is_valid_signature(key.public, signature, message)


def decode_base64(text: object) -> bytes | None:
    """Return the decoded bytes; None unless the text is their one canonical base64 spelling."""
    try:
        packed = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        return None
    return packed if packed is not None and base64.b64encode(packed).decode("ascii") == text else None


def _read_signature(line: str) -> NoteSignature | None:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not _KEY_NAME.fullmatch(parts[1]):
        return None
    packed = decode_base64(parts[2])
    return NoteSignature(parts[1], packed[:4], packed[4:]) if packed is not None and len(packed) > 4 else None
