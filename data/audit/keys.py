"""The log's key: made on first use, readable by its owner alone, never in the database."""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from data.audit.note import ED25519, format_vkey, parse_vkey
from data.errors import SigningKeyError

LOG_KEY = "log.key"
RECOVERY_KEY = "recovery.key"
_SEED_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LINE = re.compile(r"PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_KEEP_OFFLINE = (
    "# The recovery key signs the rotation when log.key is lost or stolen. It protects nothing while it lies here:\n"
    "# move this file to a medium that is kept offline, and delete it from this machine.\n"
)


class SigningKey:
    """An Ed25519 key with the name it signs under; its `repr` never shows the private half."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        self.vkey = format_vkey(name, self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def __repr__(self) -> str:
        return f"SigningKey({self.vkey})"

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature over `message`."""
        return self._private.sign(message)


def load(directory: Path, origin: str) -> SigningKey:
    """The key of the log `origin`, from `directory`/log.key.

    Raises `SigningKeyError` when it is missing, damaged, another log's, or readable by anyone but its owner.
    """
    return _read(directory / LOG_KEY, origin)


def load_or_create(directory: Path, origin: str) -> SigningKey:
    """The key of the log `origin`; made on first use as a 0600 file in a 0700 directory.

    Call it only for a log that has no genesis yet: for an existing log a lost key must stay an error (`load`).
    Raises `SigningKeyError` as `load` does, or when the directory cannot be written.
    """
    return _read_or_make(directory / LOG_KEY, origin, "")


def named(directory: Path) -> str:
    """The log whose key lies in `directory`, as an interrupted start left it; empty when there is none."""
    path = directory / LOG_KEY
    found = _LINE.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else ""


def create_recovery(directory: Path, origin: str) -> str:
    """The verification key of the recovery key, whose private half is written to `directory`/recovery.key.

    Repeating an interrupted start gives the same key. Raises `SigningKeyError` as `load_or_create` does.
    """
    return _read_or_make(directory / RECOVERY_KEY, f"{origin}/recovery", _KEEP_OFFLINE).vkey


def load_recovery(path: Path, origin: str) -> SigningKey:
    """The recovery key brought back from its offline medium; raises `SigningKeyError` as `load` does."""
    return _read(path, f"{origin}/recovery")


def rotation_statement(origin: str, log_id: str, former: str, vkey: str, recovery_vkey: str) -> bytes:
    """What a `log.key_rotated` event signs twice: with the former key (or the recovery key) and with the new one.

    `former` and `vkey` are verification keys as text; a key that was ever in use cannot come back, which is
    what keeps an old statement from being played again.
    """
    return f"modelward key rotation v1\n{origin}\n{log_id}\n{former}\n{vkey}\n{recovery_vkey}\n".encode()


def _read_or_make(path: Path, name: str, preface: str) -> SigningKey:
    if not path.exists():
        try:
            _make(path, name, preface)
        except OSError as broken:
            raise SigningKeyError(f"no key can be made in {path.parent}: {broken}", "make it writable") from broken
    return _read(path, name)


def _make(path: Path, name: str, preface: str) -> None:
    """Write to a private name, then link: two processes at once agree on one key, and none is half written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(preface + _format(name, secrets.token_bytes(_SEED_BYTES)))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _format(name: str, seed: bytes) -> str:
    key_id = parse_vkey(SigningKey(name, seed).vkey).key_id.hex()
    return f"PRIVATE+KEY+{name}+{key_id}+{base64.b64encode(ED25519 + seed).decode()}\n"


def _read(path: Path, name: str) -> SigningKey:
    _demand_private(path)
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found = _LINE.fullmatch(lines[0]) if len(lines) == 1 else None
    if found is None:
        raise SigningKeyError(f"{path} is not a signing key")
    if found[1] != name:
        raise SigningKeyError(
            f"{path} is the key of {found[1]}, not of {name}", "restore the key directory of this registry"
        )
    try:
        packed = base64.b64decode(found[3], validate=True)
        key = SigningKey(name, packed[1:])
    except ValueError as broken:
        raise SigningKeyError(f"{path} is damaged: {broken}") from broken
    if packed[:1] != ED25519 or parse_vkey(key.vkey).key_id.hex() != found[2]:
        raise SigningKeyError(f"{path} is damaged: its key id is not {found[2]}")
    return key


def _demand_private(path: Path) -> None:
    for place, octal in ((path, "600"), (path.parent, "700")):
        try:
            mode = place.stat().st_mode
        except OSError as broken:
            raise SigningKeyError(f"the signing key {path} cannot be read: {broken}") from broken
        if mode & _OTHERS:
            raise SigningKeyError(
                f"{place} has mode {stat.S_IMODE(mode):o}: others than its owner can reach the key, allowed is {octal}",
                f"run `chmod {octal} {place}`, and rotate the key if others had access",
            )
