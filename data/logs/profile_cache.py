"""A cache of counts on log partitions, so that no partition is counted twice.

Entries are bytes under a key of words (identity of the partition, digest of the edges, format version, model version).
When one of them changes, the key changes, so an entry never goes stale. The cache may be deleted at any time, and old
entries are: a run writes about five entries for each model, and reads those of a few months at most.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from datetime import datetime
from pathlib import Path


class ProfileCache:
    """A folder of entries, each written whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, *key: str) -> bytes | None:
        """The entry under these words, or None."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, content: bytes, *key: str) -> None:
        """Write an entry; it is not synced to disk, because it can be counted again."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)

    def prune(self, before: datetime) -> int:
        """Delete the entries that were written before a time; returns their number."""
        aged = [one for one in self.root.glob("*/*") if _written(one) < before.timestamp()]
        for entry in aged:
            entry.unlink(missing_ok=True)
        return len(aged)

    def _path(self, key: tuple[str, ...]) -> Path:
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self.root / name[:2] / name[2:]


def _written(entry: Path) -> float:
    """When an entry was written, in seconds since 1970; infinity when another process replaces it just now."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return math.inf
