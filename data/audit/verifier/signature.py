"""Reads and verifies C2SP signed notes and the verification keys of Go's sumdb/note; malformed means None or False."""

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
    """What a checkpoint says, and the lines that sign it."""

    origin: str
    size: int
    root: bytes
    text: str
    lines: str


class Key(NamedTuple):
    """A verification key: the name it signs under, its id and the Ed25519 key."""

    name: str
    id: bytes
    public: Ed25519PublicKey


def read_note(text: str) -> Note | None:
    """The checkpoint that the text states, its signature not verified."""
    found = _NOTE.fullmatch(text)
    root = unbase64(found["root"]) if found else None
    if found is None or root is None or len(root) != 32:
        return None
    return Note(found["origin"], int(found["size"]), root, found["text"], found["lines"])


@lru_cache(maxsize=64)
def read_vkey(vkey: str) -> Key | None:
    """The key `name+id+base64(0x01 ‖ public key)`, where id is what the name and the key give."""
    found = _VKEY.fullmatch(vkey)
    packed = unbase64(found["key"]) if found else None
    if found is None or packed is None or len(packed) != 33 or packed[:1] != b"\x01":
        return None
    key_id = hashlib.sha256(found["name"].encode("utf-8", "replace") + b"\n" + packed).digest()[:4]
    if key_id.hex() != found["id"]:
        return None
    return Key(found["name"], key_id, Ed25519PublicKey.from_public_bytes(packed[1:]))


def is_signed(note: Note, vkey: str) -> bool:
    """Whether the key signed the note: one line of its name and id at least, and each of those holds."""
    key, found = read_vkey(vkey), False
    for line in note.lines.splitlines() if key else ():
        name, packed = line.split(" ")[1], unbase64(line.split(" ")[2])
        if key is not None and packed is not None and (name, packed[:4]) == (key.name, key.id):
            if not holds(vkey, note.text, packed[4:]):
                return False
            found = True
    return found


def holds(vkey: str, text: str, signature: bytes | None) -> bool:
    """Whether `signature` is the Ed25519 signature of the key over the text."""
    key = read_vkey(vkey)
    if key is None or signature is None:
        return False
    try:
        key.public.verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def unbase64(text: object) -> bytes | None:
    """The bytes, where the text is their one canonical base64 spelling."""
    try:
        packed = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        return None
    return packed if packed is not None and base64.b64encode(packed).decode() == text else None
