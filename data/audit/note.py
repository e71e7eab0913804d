"""Writes and reads checkpoints: C2SP signed notes over origin, size and root, which public tools can verify.

Sources: C2SP signed-note and tlog-checkpoint; the verification key format is that of Go's sumdb/note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from data.audit.merkle import HASH_BYTES
from data.errors import AuditError

ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class NoteSigner(Protocol):
    """A key that signs notes: `keys.SigningKey`, or a key stored elsewhere."""

    @property
    def vkey(self) -> str:
        """The verification key as text, `name+key id+base64 key`."""

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature over `message`, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note: the name and id of the key, and the 64 bytes of the signature."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The content of a note: the origin of the log, its size, its root, and the signatures."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """The public half of a log's key, with its name in signatures."""

    name: str
    key_id: bytes
    public: bytes

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Return True if `signature` (64 bytes) is this key's Ed25519 signature over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def key_id(name: str, public: bytes) -> bytes:
    """Return the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:_KEY_ID_BYTES]


def format_vkey(name: str, public: bytes) -> str:
    """Return the verification key as text: `name+hex key id+base64(0x01 ‖ public key)`.

    Raises `AuditError` when the name contains white space, a control character or a plus sign.
    """
    if not _NAME.fullmatch(name) or _FORBIDDEN.search(name):
        raise AuditError(
            f"{name!r} is not a valid name of a key", "use a name without white space, control characters and plus sign"
        )
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def parse_vkey(text: str) -> VerificationKey:
    """Return the key that `format_vkey` wrote. Raises `AuditError` for any other text."""
    name, _, encoded = text.partition("+")
    try:
        packed = _unbase64(encoded.partition("+")[2])
    except AuditError:
        packed = b""
    if len(packed) != 1 + _PUBLIC_BYTES or format_vkey(name, packed[1:]) != text:
        raise AuditError(
            f"{text[:120]!r} is not the verification key of an Ed25519 note signer",
            "write it as `name+key id+base64 key`, as the first event of the log declares it",
        )
    return VerificationKey(name, key_id(name, packed[1:]), packed[1:])


def sign_checkpoint(origin: str, size: int, root: bytes, key: NoteSigner) -> str:
    """Return a note that states `size` and `root` (32 bytes) of the log `origin`, signed with `key`.

    Raises `AuditError` when the note could not be read back as a checkpoint.
    """
    note = sign_text(f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n", key)
    parse_checkpoint(note)
    return note


def sign_text(text: str, key: NoteSigner) -> str:
    """Return a text, which ends with a line break, as a note signed with `key`. Raises `AuditError`."""
    verifier = parse_vkey(key.vkey)
    packed = base64.b64encode(verifier.key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {verifier.name} {packed}\n"


def signed_text(note: str, vkey: str) -> str:
    """Return the text of a note after verifying that the key `vkey` signed it. Raises `AuditError`."""
    text, signatures = _split_note(note)
    verifier = parse_vkey(vkey)
    if not _is_signed(text, signatures, verifier):
        raise AuditError(f"the note has no valid signature of {verifier.name}")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the content of a note without verifying its signatures. Raises `AuditError` unless it is a checkpoint."""
    body, signatures = _split_note(text)
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
        raise AuditError("the note is not a checkpoint: its first lines must be origin, size and root")
    root = _unbase64(lines[2])
    if len(root) != HASH_BYTES:
        raise AuditError(f"the root of a checkpoint must have {HASH_BYTES} bytes, not {len(root)}")
    return Checkpoint(lines[0], int(lines[1]), root, signatures)


def verify_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Return the content of a note after verifying that the key `vkey` signed it.

    Signatures by other keys, such as a witness's, are ignored, as the format demands. Raises `AuditError` when the note
    is malformed, or when a valid signature of this key is missing.
    """
    checkpoint, verifier = parse_checkpoint(text), parse_vkey(vkey)
    if not _is_signed(_split_note(text)[0], checkpoint.signatures, verifier):
        raise AuditError(f"the checkpoint of size {checkpoint.size} has no valid signature of {verifier.name}")
    return checkpoint


def _is_signed(text: str, signatures: Sequence[Signature], verifier: VerificationKey) -> bool:
    """Return True if a signature is by this key, and every signature by it is valid."""
    ours = [one for one in signatures if (one.name, one.key_id) == (verifier.name, verifier.key_id)]
    return bool(ours) and all(verifier.holds(text.encode(), one.value) for one in ours)


def _split_note(text: str) -> tuple[str, tuple[Signature, ...]]:
    body, blank, block = text.rpartition("\n\n")
    if not blank or not block.endswith("\n") or _FORBIDDEN.search(text):
        raise AuditError("the text is not a signed note, which is text, a blank line and signature lines")
    return body + "\n", tuple(_signature(line) for line in block[:-1].split("\n"))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    packed = _unbase64(parts[2]) if len(parts) == 3 else b""
    if parts[0] != "—" or len(packed) <= _KEY_ID_BYTES or not _NAME.fullmatch(parts[1]):
        raise AuditError(f"{line[:80]!r} is not a signature line of a note")
    return Signature(parts[1], packed[:_KEY_ID_BYTES], packed[_KEY_ID_BYTES:])


def _unbase64(text: str) -> bytes:
    """Decode base64 and accept only the canonical spelling, so that two different notes never have the same meaning."""
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as broken:
        raise AuditError(f"{text[:80]!r} is not base64") from broken
    if base64.b64encode(packed).decode() != text:
        raise AuditError(f"{text[:80]!r} is not the canonical base64 of its bytes")
    return packed
