"""Compares the backups of the registry with their signed lists of files, or with the attestations that made them.

Each backup contains `backup.json`, which lists its files, and `backup.note`, which the key of the log signed. A backup
of an earlier version, which its schema shows, has neither: an attestation names the digest of its database, or it is
verified by itself. A backup that an attestation gives by name must be there, until an event says that it was pruned or
lost.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from data.audit.verifier.artifacts import file_digest
from data.audit.verifier.canonical import ParsedEvent, write
from data.audit.verifier.governance import Governance
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import Note, is_signed

LIST, NOTE = "backup.json", "backup.note"
DATABASE = Path("registry") / "registry.duckdb"
FIRST_SIGNED_SCHEMA = 3
"""The schema number from which on every backup has a signed list."""
_BACKUPS = "backups"
_LOST = ("log.recovered", "backup")
_LARGEST = 1 << 20
_NOTE = re.compile(
    r"(?P<text>modelward backup v1\n(?P<origin>[^\n]+)\n(?P<digest>sha256:[0-9a-f]{64})\n)"
    r"\n(?P<lines>(?:— [^\s+]+ [A-Za-z0-9+/]+=*\n)+)",
    re.ASCII,
)

OwnFault = Callable[[Path], str]
"""Verifies a backup by its own journal and anchors; returns what is wrong with it, empty for nothing."""


class Backups:
    """The folders of backups, and the digests of databases that attestations recorded."""

    def __init__(self, folder: Path, findings: Findings, own_fault: OwnFault) -> None:
        self._folder, self._findings, self._own_fault = folder, findings, own_fault
        self._attested: set[str] = set()
        self._expected: dict[str, tuple[str, object]] = {}

    def add(self, event: ParsedEvent) -> None:
        """Store the digest of the database that an attestation names, and which backups must be there."""
        kind, data = event["type"], event["data"]
        name = data.get("backup") if isinstance(data, dict) else None
        if kind == "log.attested":
            digest = event["refs"].get("backup")
            if isinstance(digest, str):
                self._attested.add(digest)
            if isinstance(name, str):
                self._expected[name] = (event["subject"], digest)
        elif isinstance(name, str) and self._explains(event, name):
            del self._expected[name]

    def _explains(self, event: ParsedEvent, name: str) -> bool:
        """Return True if an event says that the backup is no longer there."""
        attestation, _ = self._expected.get(name, ("", None))
        if not attestation:
            return False
        if event["type"] == "backup.pruned":
            return bool(event["subject"] == attestation)
        return (event["type"], event["data"].get("what")) == _LOST

    def check(self, governance: Governance) -> None:
        """Add a finding for each backup that differs from its list, its attestation or itself.

        A folder whose name begins with a dot is a backup that is being written.
        """
        folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        self._check_missing({one.name for one in folders if one.is_dir()})
        for folder in folders:
            if folder.is_dir() and not folder.name.startswith("."):
                with self._findings.in_store(_BACKUPS), self._findings.catching(f"the backup {folder.name}"):
                    for fault in self._faults(folder, governance):
                        self._findings.add(f"the backup {folder.name}: {fault}")

    def _check_missing(self, present: set[str]) -> None:
        with self._findings.in_store(_BACKUPS):
            for name in sorted(self._expected.keys() - present):
                attestation, _ = self._expected[name]
                what = f"the backup {name} of {attestation} is missing, and no event says that it was pruned or lost"
                self._findings.add(what, table="attestation", key=attestation)

    def _faults(self, folder: Path, governance: Governance) -> Iterator[str]:
        attestation, digest = self._expected.get(folder.name, ("", None))
        if attestation and (folder / DATABASE).is_file() and file_digest(folder / DATABASE) != digest:
            yield f"its database is not the one that {attestation} names"
            return
        if (folder / LIST).exists() or (folder / NOTE).exists():
            yield from _listed_faults(folder, governance)
        elif not (folder / DATABASE).is_file():
            yield "it contains no registry"
        elif attestation:
            yield f"it has no signed list of its files, as {attestation} had it"
        elif file_digest(folder / DATABASE) not in self._attested and (fault := self._own_fault(folder)):
            yield f"it has no signed list of its files, no attestation names its database, and {fault}"


def _listed_faults(folder: Path, governance: Governance) -> Iterator[str]:
    listed = _read(folder / LIST)
    note = _NOTE.fullmatch(_read(folder / NOTE).decode("utf-8", "replace"))
    if note is None or note["digest"] != f"sha256:{hashlib.sha256(listed).hexdigest()}":
        yield f"{NOTE} is not a signature of {LIST}"
        return
    signed = Note(note["origin"], 0, b"", note["text"], note["lines"])
    if note["origin"] != governance.origin or not any(is_signed(signed, key) for key in governance.all_keys()):
        yield f"{NOTE} is not signed by the key of the log"
        return
    files = json.loads(listed)["files"]
    if write({"files": files}).encode() != listed:
        yield f"{LIST} is not canonical"
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    for name in sorted(files.keys() - present):
        yield f"{name} is missing"
    for name in sorted(present - files.keys() - {LIST, NOTE}):
        yield f"{name} is not in its list of files"
    for name in sorted(present & files.keys()):
        if file_digest(folder / name) != files[name]:
            yield f"{name} was changed"


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)
