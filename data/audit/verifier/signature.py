"""Reads and verifies C2SP signed notes and keys of Go's sumdb/note; functions return None or False for malformed
input."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_NOTE = re.compile(
    r"(?P<text>(?P<origin>[^\n]+)\n(?P<size>0|[1-9]\d{0,18})\n(?P<root>[A-Za-z0-9+/]+=*)\n(?:[^\n]+\n)*)"
    r"\n(?P<lines>(?:— [^\s+]+ [A-Za-z0-9+/]+=*\n)+)",
    re.ASCII,
)
_VKEY = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+=*)")


class Note(NamedTuple):
    """The content of a checkpoint, its signed text, and its signature lines."""

    origin: str
    size: int
    root: bytes
    text: str
    lines: str


class Key(NamedTuple):
    """A verification key: its name in signatures, its id and the Ed25519 key."""

    name: str
    id: bytes
    public: Ed25519PublicKey


def read_note(text: str) -> Note | None:
    """Return the checkpoint in the text without verifying its signature; None if the text is not a checkpoint."""
    found = _NOTE.fullmatch(text)
    root = unbase64(found["root"]) if found else None
    if found is None or root is None or len(root) != 32:
        return None
    return Note(found["origin"], int(found["size"]), root, found["text"], found["lines"])


@lru_cache(maxsize=64)
def read_vkey(vkey: str) -> Key | None:
    """Return the key of `name+id+base64(0x01 ‖ public key)`; None unless the id was computed from name and key."""
    found = _VKEY.fullmatch(vkey)
    packed = unbase64(found["key"]) if found else None
    if found is None or packed is None or len(packed) != 33 or packed[:1] != b"\x01":
        return None
    key_id = hashlib.sha256(found["name"].encode("utf-8", "replace") + b"\n" + packed).digest()[:4]
    if key_id.hex() != found["id"]:
        return None
    try:
        return Key(found["name"], key_id, Ed25519PublicKey.from_public_bytes(packed[1:]))
    except ValueError:
        return None


def is_signed(note: Note, vkey: str) -> bool:
    """Return True if the key signed the note: at least one line has its name and id, and every such line is valid."""
    key, found = read_vkey(vkey), False
    # Only the byte 0x0A ends a line: a name may contain U+2028 and other characters at which `splitlines` splits.
    for line in note.lines.removesuffix("\n").split("\n") if key else ():
        _, name, signature = line.split(" ")
        packed = unbase64(signature)
        if key is not None and packed is not None and (name, packed[:4]) == (key.name, key.id):
            if not holds(vkey, note.text, packed[4:]):
                return False
            found = True
    return found


def holds(vkey: str, text: str, signature: bytes | None) -> bool:
    """Return True if `signature` is the key's Ed25519 signature over the text."""
    key = read_vkey(vkey)
    if key is None or signature is None:
        return False
    try:
        key.public.verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def unbase64(text: object) -> bytes | None:
    """Return the decoded bytes; None unless the text is their one canonical base64 spelling."""
    try:
        packed = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        return None
    return packed if packed is not None and base64.b64encode(packed).decode() == text else None
