"""Hashes every stored file: those that events name by digest, the parts of a reference profile, and all others.

A file that an event names must be there. A file that no event names, such as the rest of an interrupted registration,
must have the content that its name states.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.report import Findings

_STORED = ("evidence", "artifact", "standard", "measurements")
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "version": {
        "environment_digest": "environment",
        "reference_digest": "reference profile",
        "submission_digest": "submission",
    },
    "dataset": {"quality_report": "quality report"},
    "section": {"text_digest": "text"},
    "standard": {"digest": "text"},
}
"""The columns of each table that hold the digest of a stored file, and what the file is."""
_SUBMISSION, _COMPOSED = "submission", "reference profile"
_LARGEST_LIST = 1 << 20
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_NAME = re.compile(r"[0-9a-f]{64}")


class _Row(NamedTuple):
    """A row that names a file: its table and key, and what the file is."""

    table: str
    key: str
    what: str


class _Store:
    """A folder of files that are named by their digests, and the digests that were compared."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.compared: set[bytes] = set()

    def find(self, digest: bytes) -> Path | None:
        """Return the file of a digest (32 bytes), or None."""
        name = digest.hex()
        layouts = (name, f"{name[:2]}/{name}", f"sha256/{name}", f"sha256/{name[:2]}/{name}")
        return next((path for layout in layouts if (path := self.root / layout).is_file()), None)

    def others(self) -> Iterator[Path]:
        """Yield each file that was not compared yet, in the order of its name."""
        for folder in sorted((self.root / "sha256").glob("*")):
            for path in sorted(folder.glob("*")):
                if _NAME.fullmatch(path.name) and bytes.fromhex(path.name) not in self.compared and path.is_file():
                    yield path


class References:
    """The digests that events name, each with the first event that names it.

    `inbox` is the store of submissions; without it, submissions are not compared.
    """

    def __init__(self, artifacts: Path, findings: Findings, inbox: Path | None = None) -> None:
        self._artifacts, self._findings = _Store(artifacts), findings
        self._inbox = None if inbox is None else _Store(inbox)
        self._first: dict[bytes, int] = {}
        self._rows: dict[bytes, _Row] = {}

    def add(self, seq: int, event: ParsedEvent) -> None:
        """Store the digests that event `seq` names in its references and its rows."""
        for kind in _STORED:
            named = event["refs"].get(kind, [])
            for digest in named if isinstance(named, list) else [named]:
                self._name(digest, seq)
        for image in event["rows"]:
            for column, what in _COLUMNS.get(image["table"], {}).items():
                if what != _SUBMISSION or self._inbox is not None:
                    self._name(image["values"].get(column), seq, _Row(image["table"], image["key"], what))

    def check(self) -> None:
        """Add a finding for each named file that is missing, and for each file with another content than its digest."""
        for digest, seq in self._first.items():
            row = self._rows.get(digest)
            store = self._store_of(row)
            with (
                self._findings.in_store(store.root.name),
                self._findings.catching(f"refers to sha256:{digest.hex()}, which", seq=seq),
            ):
                self._check_named(store, digest, seq, row)
        for store in filter(None, (self._artifacts, self._inbox)):
            with self._findings.in_store(store.root.name):
                for path in store.others():
                    with self._findings.catching(f"the file {path.name} in {store.root.name}"):
                        self._check_unnamed(store, path)

    def _name(self, digest: object, seq: int, row: _Row | None = None) -> None:
        found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
        if found is not None:
            packed = bytes.fromhex(found[1])
            self._first.setdefault(packed, seq)
            if row is not None:
                self._rows.setdefault(packed, row)

    def _store_of(self, row: _Row | None) -> _Store:
        if self._inbox is not None and row is not None and row.what == _SUBMISSION:
            return self._inbox
        return self._artifacts

    def _check_named(self, store: _Store, digest: bytes, seq: int, row: _Row | None) -> None:
        content = self._check_file(store, digest, seq, row)
        if content is None or row is None or row.what != _COMPOSED or content.stat().st_size > _LARGEST_LIST:
            return
        for part in _DIGEST.findall(content.read_text("utf-8", "replace")):
            self._check_file(store, bytes.fromhex(part), seq, row._replace(what=f"part of the {_COMPOSED}"))

    def _check_file(self, store: _Store, digest: bytes, seq: int, row: _Row | None) -> Path | None:
        """Compare one file, once; return it if its content has the digest."""
        name, path = f"sha256:{digest.hex()}", store.find(digest)
        if path is not None and digest in store.compared:
            return path
        store.compared.add(digest)
        found = None if path is None else file_digest(path)
        if found == name:
            return path
        what = f"refers to {name}" if row is None else f"its {row.what} {name}"
        comma = "," if row is None else " is"
        fault = f"{comma} missing from {store.root.name}" if found is None else f", but the stored file has {found}"
        table, key = (None, None) if row is None else (row.table, row.key)
        self._findings.add(what + fault, seq=seq, table=table, key=key)
        return None

    def _check_unnamed(self, store: _Store, path: Path) -> None:
        found = file_digest(path)
        if found != f"sha256:{path.name}":
            self._findings.add(f"no event names the file {path.name} in {store.root.name}, and its content is {found}")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file as `sha256:` and 64 hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
