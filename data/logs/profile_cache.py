"""What was counted on log partitions, kept by everything it depends on, so that nothing is counted twice.

Entries are bytes under a key of words (identity of the partition, digest of the edges, format version, model version):
when any of them changes the key does, so an entry never goes stale. The cache may be deleted at any time, and what is
old is: a night leaves about five entries a model, and looks back a few months at most.
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
        """Keep an entry; not synced to disk, because it can be counted again."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)

    def prune(self, before: datetime) -> int:
        """Let go of what was counted before a time, for it can be counted again; answers how many entries."""
        aged = [one for one in self.root.glob("*/*") if _written(one) < before.timestamp()]
        for one in aged:
            one.unlink(missing_ok=True)
        return len(aged)

    def _path(self, key: tuple[str, ...]) -> Path:
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self.root / name[:2] / name[2:]


def _written(entry: Path) -> float:
    """When an entry was written, in seconds since 1970; never, as it were, where somebody replaces it just now."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return math.inf
