"""Hashes the files that events refer to by digest, to detect changed evidence, standards and artifacts."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from data.audit.verifier.report import Findings

_STORED = ("evidence", "artifact", "standard", "measurements")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


class References:
    """The digests that events refer to, each with the first event that refers to it."""

    def __init__(self, directory: Path, findings: Findings) -> None:
        self._directory, self._findings = directory, findings
        self._first: dict[str, int] = {}

    def add(self, seq: int, refs: dict[str, Any]) -> None:
        """Store the digests that event `seq` refers to."""
        for kind in _STORED:
            named = refs.get(kind, [])
            for digest in named if isinstance(named, list) else [named]:
                if isinstance(digest, str) and (found := _DIGEST.fullmatch(digest)):
                    self._first.setdefault(found[1], seq)

    def check(self) -> None:
        """Add a finding for each digest whose file is missing or whose content has another digest."""
        for digest, seq in self._first.items():
            with self._findings.catching(f"refers to sha256:{digest}, which", seq=seq):
                self._check_file(digest, seq)

    def _check_file(self, digest: str, seq: int) -> None:
        path = self._find(digest)
        if path is None:
            self._findings.add(f"refers to sha256:{digest}, missing from {self._directory.name}", seq=seq)
            return
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            self._findings.add(f"refers to sha256:{digest}, but the stored file has sha256:{found}", seq=seq)

    def _find(self, digest: str) -> Path | None:
        layouts = (digest, f"{digest[:2]}/{digest}", f"sha256/{digest}", f"sha256/{digest[:2]}/{digest}")
        return next((path for name in layouts if (path := self._directory / name).is_file()), None)
