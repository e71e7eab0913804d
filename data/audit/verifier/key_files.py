"""Compares the files of the key folder with the log: the signing key, the recovery key, the seed of each credential.

A seed is sealed with Fernet together with its credential, and its enrolment event names the digest of both. Keys are
read to compute what is public of them; no finding contains one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.governance import Governance
from data.audit.verifier.report import Findings

LOG_KEY, RECOVERY_KEY, SEEDS_KEY, SEEDS = "log.key", "recovery.key", "seeds.key", "seeds.json"
_CREDENTIAL = "credential"
_LARGEST = 1 << 24
_PRIVATE = re.compile(rb"PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n?")


class KeyFiles:
    """The folder of keys, and what the log says about the credentials of people."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder, self._findings = folder, findings
        self._enrolled: dict[str, str | None] = {}

    def add(self, event: ParsedEvent) -> None:
        """Store the digest of the seed of each active credential that an event writes."""
        for image in event["rows"]:
            if image["table"] == _CREDENTIAL and image["values"].get("kind") == "totp":
                if image["values"].get("state") == "active":
                    self._enrolled[image["key"]] = image["values"].get("credential_digest")
                else:
                    self._enrolled.pop(image["key"], None)

    def check(self, governance: Governance) -> None:
        """Add a finding for each file that is missing, or is not the one that the log declares.

        The recovery key may be absent, because it is to be kept offline.
        """
        with self._findings.in_store(self._folder.name):
            for name, vkey in ((LOG_KEY, governance.all_keys()[-1:]), (RECOVERY_KEY, [governance.recovery])):
                path = self._folder / name
                if name == LOG_KEY or path.exists():
                    with self._findings.catching(f"the key {name}"):
                        self._check_key(path, vkey)
            if self._enrolled:
                with self._findings.catching(f"the sealed seeds in {SEEDS}"):
                    for what, key in self._seed_faults():
                        self._findings.add(what, table=_CREDENTIAL, key=key)

    def _check_key(self, path: Path, declared: list[str]) -> None:
        if not path.is_file():
            self._findings.add(f"the key {path.name} is missing")
        elif [_vkey(_read(path))] != declared:
            self._findings.add(f"the key {path.name} is not the one that the log declares")

    def _seed_faults(self) -> Iterator[tuple[str, str | None]]:
        sealed = json.loads(_read(self._folder / SEEDS))
        key = _read(self._folder / SEEDS_KEY)
        cipher = Fernet(key)
        if not _is_canonical(key):
            yield f"{SEEDS_KEY} is not spelt as it was written", None
        for credential, digest in sorted(self._enrolled.items()):
            token = sealed.get(credential)
            if not isinstance(token, str):
                yield f"its seed is missing from {SEEDS}", credential
                continue
            try:
                if not _is_canonical(token.encode()):
                    raise InvalidToken
                text = cipher.decrypt(token.encode()).decode()
            except (InvalidToken, ValueError):
                yield f"its seed in {SEEDS} is not sealed by {SEEDS_KEY}", credential
                continue
            if digest is not None and _seed_digest(credential, text) != digest:
                yield f"its seed in {SEEDS} is not the one that was enrolled", credential


def _seed_digest(credential: str, text: str) -> str:
    """Return the digest of an opened seal; empty if it was made for another credential."""
    opened = json.loads(text) if text.startswith("{") else {}
    if opened.get("credential") != credential:
        return ""
    stated = f"modelward seed v1\n{credential}\n{opened.get('seed')}".encode()
    return "sha256:" + hashlib.sha256(stated).hexdigest()


def _is_canonical(text: bytes) -> bool:
    """Return True for the one spelling of base64 (RFC 4648 §5); Fernet accepts others."""
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(text)) == text


def _vkey(content: bytes) -> str:
    """Return the verification key of a private key in the format of Go's `sumdb/note`; empty for another content."""
    lines = [line for line in content.split(b"\n") if line and not line.startswith(b"#")]
    found = _PRIVATE.fullmatch(lines[0]) if len(lines) == 1 else None
    packed = base64.b64decode(found[3], validate=True) if found else b""
    if found is None or len(packed) != 33:
        return ""
    public = Ed25519PrivateKey.from_private_bytes(packed[1:]).public_key()
    raw = b"\x01" + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(found[1] + b"\n" + raw).hexdigest()[:8]
    is_own = found[2].decode() == key_id
    return f"{found[1].decode()}+{key_id}+{base64.b64encode(raw).decode()}" if is_own else ""


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)
