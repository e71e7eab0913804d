"""A cache of counts on log partitions, so that no partition is counted twice.

An entry is bytes under a key of words (identity of the partition, digest of the edges, format version, model version).
When one of the words changes, the key changes, so an entry never goes stale. The cache may be deleted at any time. Old
entries are deleted: a run writes about five entries for each model, and reads those of a few months at most.

A changed entry would change a measurement. Each entry therefore begins with an HMAC-SHA256 (RFC 2104) over its key of
words, which names the content of the files that were counted, and over its bytes. An entry that does not fit is deleted
and counted again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import math
import os
import secrets
import tempfile
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

from data.errors import SigningKeyError
from data.files.durable_file import sync_folder
from data.files.file_access import PRIVATE_FILE, PRIVATE_FOLDER
from data.files.file_fault import file_faults

LOG = logging.getLogger(__name__)
CACHE_KEY = "cache.key"
KEY_BYTES = 32
BEGINNING = b"modelward cache v1\n"
"""The first bytes of an entry, before the HMAC. An entry without them was written by an earlier version."""


class ProfileCache:
    """A folder of cache entries, each written completely or not at all. `keys` is the folder of the key of the cache.

    `altered` are the names of the entries that did not fit and were deleted, in the order in which they were read.
    """

    def __init__(self, root: Path, keys: Path) -> None:
        self.root = root
        self.altered: list[str] = []
        self._keys = keys

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
        start = len(BEGINNING) + hashlib.sha256().digest_size
        content = stored[start:]
        if hmac.compare_digest(stored[len(BEGINNING) : start], self._code(path, content)):
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
        code = self._code(path, content)
        with file_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(BEGINNING + code + content)
                Path(temporary).replace(path)
            finally:
                Path(temporary).unlink(missing_ok=True)

    def prune(self, before: datetime) -> int:
        """Delete the entries that were written before a time; return their number."""
        aged = [one for one in self.root.glob("*/*") if _written(one) < before.timestamp()]
        for entry in aged:
            entry.unlink(missing_ok=True)
        return len(aged)

    def _code(self, path: Path, content: bytes) -> bytes:
        """Return the HMAC of an entry; its path is the digest of its words."""
        name = path.parent.name + path.name
        return hmac.digest(self._key, name.encode() + b"\n" + content, "sha256")

    @cached_property
    def _key(self) -> bytes:
        path = self._keys / CACHE_KEY
        with file_faults(path, kind=SigningKeyError):
            if not path.exists():
                _create_key(path)
            key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise SigningKeyError(f"{path} is damaged", "delete it: a new key is created, and everything counted again")
        return key

    def _path(self, key: tuple[str, ...]) -> Path:
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self.root / name[:2] / name[2:]


def _written(entry: Path) -> float:
    """Return when an entry was written, in seconds since 1970; infinity if another process is replacing the file."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _create_key(path: Path) -> None:
    """Create the key completely or not at all; if another process creates it at the same time, one key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            os.fchmod(file.fileno(), PRIVATE_FILE)
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    sync_folder(path.parent)
