"""Creates and reads the keys that sign the log: files outside the database that only their owner can read."""

from __future__ import annotations

import base64
import re
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from data.audit.note import ED25519, format_vkey, parse_vkey
from data.errors import SigningKeyError
from data.files.durable_file import create_durably
from data.files.file_access import PRIVATE_FOLDER
from data.files.file_fault import described, file_faults, remedy_for

LOG_KEY = "log.key"
RECOVERY_KEY = "recovery.key"
_SEED_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LINE = re.compile(r"PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_KEEP_OFFLINE = (
    "# The recovery key signs the rotation when log.key is lost or stolen. It is no protection while it is kept here:\n"
    "# move this file to a medium that is kept offline, and delete it from this machine.\n"
)


class SigningKey:
    """An Ed25519 key with its name in signatures; its `repr` never shows the private key."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        self.vkey = format_vkey(name, self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def __repr__(self) -> str:
        return f"SigningKey({self.vkey})"

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature over `message`, 64 bytes."""
        return self._private.sign(message)


def load(directory: Path, origin: str) -> SigningKey:
    """Return the key of the log `origin` from `directory`/log.key.

    Raises `SigningKeyError` when the key is missing, damaged, of another log, or readable by others than its owner.
    """
    return _read(directory / LOG_KEY, origin)


def load_declared(directory: Path, origin: str, vkey: str) -> SigningKey:
    """Return the key of the log `origin`, which the log declares as `vkey`.

    Raises `SigningKeyError` in the same cases as `load`, and for another key.
    """
    key = load(directory, origin)
    if key.vkey != vkey:
        raise SigningKeyError(
            f"{directory / LOG_KEY} is not the key that the log declares",
            "restore the key directory of this registry from its backup",
        )
    return key


def load_or_create(directory: Path, origin: str) -> SigningKey:
    """Return the key of the log `origin`; create it if missing, as a file of mode 0600 in a folder of mode 0700.

    Call this only for a log without genesis: for an existing log a lost key must stay an error (`load`). Raises
    `SigningKeyError` in the same cases as `load`, or when the directory cannot be written.
    """
    return _read_or_make(directory / LOG_KEY, origin, "")


def stored_origin(directory: Path) -> str:
    """Return the origin in `directory`/log.key, which an interrupted start may have left; empty when there is none."""
    path = directory / LOG_KEY
    found = _LINE.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else ""


def create_recovery(directory: Path, origin: str) -> str:
    """Create the recovery key in `directory`/recovery.key and return its verification key.

    If the file exists already, for example after an interrupted start, its key is used. Raises `SigningKeyError` in the
    same cases as `load_or_create`.
    """
    return _read_or_make(directory / RECOVERY_KEY, f"{origin}/recovery", _KEEP_OFFLINE).vkey


def load_recovery(path: Path, origin: str) -> SigningKey:
    """Read the recovery key of the log `origin` from a file. Raises `SigningKeyError` in the same cases as `load`."""
    return _read(path, f"{origin}/recovery")


def rotation_statement(origin: str, log_id: str, former: str, vkey: str, recovery_vkey: str) -> bytes:
    """Return the bytes that a `log.key_rotated` event signs twice: with the former (or recovery) key and the new one.

    `former` and `vkey` are verification keys as text. A key can be used only once, so an old statement cannot be
    replayed.
    """
    return f"modelward key rotation v1\n{origin}\n{log_id}\n{former}\n{vkey}\n{recovery_vkey}\n".encode()


def _read_or_make(path: Path, name: str, preface: str) -> SigningKey:
    if not path.exists():
        try:
            _make(path, name, preface)
        except OSError as broken:
            what = f"no key can be created: {described(broken, path, 'written')}"
            raise SigningKeyError(what, remedy_for(broken, path)) from broken
    return _read(path, name)


def _make(path: Path, name: str, preface: str) -> None:
    """Create the key in a private folder, so that concurrent processes use one key."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.parent.chmod(PRIVATE_FOLDER)
    create_durably(path, (preface + _format(name, secrets.token_bytes(_SEED_BYTES))).encode())


def _format(name: str, seed: bytes) -> str:
    key_id = parse_vkey(SigningKey(name, seed).vkey).key_id.hex()
    return f"PRIVATE+KEY+{name}+{key_id}+{base64.b64encode(ED25519 + seed).decode()}\n"


def _read(path: Path, name: str) -> SigningKey:
    _demand_private(path)
    with file_faults(path, "read", SigningKeyError):
        text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
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
            raise SigningKeyError(
                f"the signing key {path} cannot be read: {broken}",
                f"make {path.parent} accessible to your user, or restore the key directory from its backup",
            ) from broken
        if mode & _OTHERS:
            raise SigningKeyError(
                f"{place} has mode {stat.S_IMODE(mode):o}: other users can access the key; the mode must be {octal}",
                f"run `chmod {octal} {place}`; if others had access, verify the log against an off-host anchor",
            )
