"""A cache of counts on log partitions, so that no partition is counted twice.

An entry is bytes under a key of words (identity of the partition, digest of the edges, format version, model version).
When one of the words changes, the key changes, so an entry never goes stale. The cache may be deleted at any time. Old
entries are deleted: a run writes about five entries for each model, and reads those of a few months at most.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from datetime import datetime
from pathlib import Path

from data.files.file_fault import file_faults


class ProfileCache:
    """A folder of cache entries, each written completely or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, *key: str) -> bytes | None:
        """Return the entry under these words, or None."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, content: bytes, *key: str) -> None:
        """Write an entry; the file is not synced to disk, because the entry can be computed again. Raises FileError."""
        path = self._path(key)
        with file_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(temporary).replace(path)
            finally:
                Path(temporary).unlink(missing_ok=True)

    def prune(self, before: datetime) -> int:
        """Delete the entries that were written before a time; return their number."""
        aged = [one for one in self.root.glob("*/*") if _written(one) < before.timestamp()]
        for entry in aged:
            entry.unlink(missing_ok=True)
        return len(aged)

    def _path(self, key: tuple[str, ...]) -> Path:
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self.root / name[:2] / name[2:]


def _written(entry: Path) -> float:
    """Return when an entry was written, in seconds since 1970; infinity if another process is replacing the file."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return math.inf
