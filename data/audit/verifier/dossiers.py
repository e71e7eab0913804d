"""Compares the dossiers of retirements in the folder of reports with the digests that their events name.

A dossier that is not there is no finding: its JSON is in the store of artifacts, where every file is hashed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from data.audit.verifier.artifacts import file_digest
from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.report import Findings

_RETIREMENT = re.compile(r"models/([^/]+)/([^/]+)/versions/(\d+)/retirement")


class Dossiers:
    """The dossiers that events name, by the names of their files; versions of like names share a file."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder, self._findings = folder, findings
        self._named: dict[str, set[object]] = defaultdict(set)

    def add(self, event: ParsedEvent) -> None:
        """Store the digests of the dossier, as JSON and as Markdown, that an archived retirement names."""
        found = _RETIREMENT.fullmatch(event["subject"]) if event["type"] == "retirement.archived" else None
        if found is None:
            return
        name = f"retirement-{found[1]}-{found[2]}-v{found[3]}"
        for digest in event["refs"].get("evidence", []):
            self._named[f"{name}.json"].add(digest)
        if "text" in event["data"]:
            self._named[f"{name}.md"].add(event["data"]["text"])

    def check(self) -> None:
        """Add a finding for each dossier with another content than an event names."""
        with self._findings.in_store(self._folder.name):
            for name, digests in sorted(self._named.items()):
                path = self._folder / name
                with self._findings.catching(f"the dossier {name}"):
                    if path.exists() and file_digest(path) not in digests:
                        self._findings.add(f"the dossier {name} is not the one that was recorded")
