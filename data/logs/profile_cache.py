"""A cache of counts on log partitions, so that no partition is counted twice.

An entry is bytes under a key of words (identity of the partition, digest of the edges, format version, model version).
When one of the words changes, the key changes, so an entry never goes stale. The cache may be deleted at any time. Old
entries are deleted: a run writes about five entries for each model, and reads those of a few months at most.

A changed entry would change a measurement. Each entry therefore begins with a seal over its key of words, which names
the content of the files that were counted, and over its bytes. An entry whose seal does not fit is deleted and counted
again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from data.files.content_seal import SEAL_BYTES, ContentSeal
from data.files.file_fault import file_faults
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
BEGINNING = b"modelward cache v1\n"
"""The first bytes of an entry, before the seal. An entry without them was written by an earlier version."""


class ProfileCache:
    """A folder of cache entries, each written completely or not at all. `keys` is the folder of the key of the cache.

    `altered` are the names of the entries that did not fit and were deleted, in the order in which they were read.
    """

    def __init__(self, root: Path, keys: Path) -> None:
        self.root = root
        self.altered: list[str] = []
        self._seal = ContentSeal(keys)

    def get(self, *key: str) -> bytes | None:
        """Return the entry under these words; None if there is none, or if it was not written under them.

        Raises SigningKeyError when the key of the cache cannot be read or created.
        """
        path = self._path(key)
        try:
            stored = path.read_bytes()
        except FileNotFoundError:
            return None
        if not stored.startswith(BEGINNING):
            return None
        start = len(BEGINNING) + SEAL_BYTES
        content = stored[start:]
        if self._seal.fits(_sealed_name(path), content, stored[len(BEGINNING) : start]):
            return content
        name = path.relative_to(self.root).as_posix()
        LOG.warning("the cached count %s was altered; it is deleted and counted again", name)
        self.altered.append(name)
        with suppress(OSError):
            path.unlink(missing_ok=True)
        return None

    def put(self, content: bytes, *key: str) -> None:
        """Write an entry; the file is not synced to disk, because the entry can be computed again.

        Raises FileError, and SigningKeyError as `get` does.
        """
        path = self._path(key)
        seal = self._seal.seal(_sealed_name(path), content)
        with file_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(BEGINNING + seal + content)
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


def _sealed_name(path: Path) -> str:
    """Return the name under which an entry is sealed; its path is the digest of its words."""
    return f"count {path.parent.name}{path.name}"
