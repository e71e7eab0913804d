"""Compares the files beside the registry with the events that name them, each folder by its own module."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from data.audit.verifier.artifacts import References
from data.audit.verifier.backups import Backups, OwnFault
from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.dossiers import Dossiers
from data.audit.verifier.governance import Governance
from data.audit.verifier.key_files import KeyFiles
from data.audit.verifier.report import Findings


class Stores(NamedTuple):
    """The folders of stored files; those that are None are not compared."""

    artifacts: Path | None = None
    inbox: Path | None = None
    backups: Path | None = None
    reports: Path | None = None
    keys: Path | None = None


class StoredFiles:
    """What the events say about the files of each folder. Backups are compared only together with artifacts."""

    def __init__(self, stores: Stores, findings: Findings, own_fault: OwnFault) -> None:
        backups = stores.backups if stores.artifacts else None
        self._references = References(stores.artifacts, findings, stores.inbox) if stores.artifacts else None
        self._backups = Backups(backups, findings, own_fault) if backups else None
        self._dossiers = Dossiers(stores.reports, findings) if stores.reports else None
        self._keys = KeyFiles(stores.keys, findings) if stores.keys else None
        self._folders = [folder for folder in (self._backups, self._dossiers, self._keys) if folder]

    def add(self, seq: int, event: ParsedEvent) -> None:
        """Store what event `seq` says about files."""
        if self._references:
            self._references.add(seq, event)
        for folder in self._folders:
            folder.add(event)

    def check(self, governance: Governance) -> None:
        """Add a finding for each file that differs from what the events say."""
        if self._references:
            self._references.check()
        if self._backups:
            self._backups.check(governance)
        if self._dossiers:
            self._dossiers.check()
        if self._keys:
            self._keys.check(governance)
