"""Checks that each stored file has the digest that is its name, that an event names it, and that none is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from data.audit.standalone.fault_list import FaultList, shown

DOCUMENTS = "documents/"
_ANY_DIGEST = re.compile(rb"sha256:([0-9a-f]{64})(?![0-9a-f])")
_STORED_NAME = re.compile(r"documents/([0-9a-f]{2})/([0-9a-f]{64})")
_REQUIRED_REFS = ("evidence", "artifact", "standard", "measurements")


class StoredDocuments:
    """The documents of an export by digest, and which of them the events have named so far."""

    def __init__(self, files: dict[str, dict[str, Any]], faults: FaultList, journal: str) -> None:
        """Take the manifest's files; their bytes are hashed with all other files of the manifest."""
        self._faults, self._journal = faults, journal
        self._unnamed: dict[str, str] = {}
        self._digests: set[str] = set()
        for path, recorded in files.items():
            if path.startswith(DOCUMENTS):
                self._take(path, recorded)

    @property
    def count(self) -> int:
        """The number of documents in the export."""
        return len(self._digests)

    def visit(self, seq: int, body: bytes, refs: dict[str, Any]) -> None:
        """Mark the documents that an event names; record a fault for each one that it refers to and that is
        missing."""
        for found in _ANY_DIGEST.finditer(body):
            self._unnamed.pop(found[1].decode("ascii"), None)
        for kind in _REQUIRED_REFS:
            for digest in _texts(refs.get(kind)):
                if _ANY_DIGEST.fullmatch(digest.encode("utf-8", "replace")) and digest[7:] not in self._digests:
                    what = f"refers to {digest} ({kind}), which is not among the documents"
                    self._faults.add(what, self._journal, seq)

    def check(self) -> None:
        """Record a fault for each document that no event names."""
        for path in self._unnamed.values():
            self._faults.add("no event names this document", shown(path))

    def _take(self, path: str, recorded: dict[str, Any]) -> None:
        found = _STORED_NAME.fullmatch(path)
        if found is None or found[2][:2] != found[1] or recorded["sha256"] != found[2]:
            self._faults.add("the name of the document is not its SHA-256", shown(path))
            return
        self._digests.add(found[2])
        self._unnamed[found[2]] = path


def _texts(value: object) -> Iterable[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for text in listed if isinstance(text, str)]
