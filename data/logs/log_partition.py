"""Lists the daily partitions of a log, `<log>/date=YYYY-MM-DD/*.parquet`, and computes digests of their content."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from data.errors import LogFormatError
from data.files.artifacts import file_digest
from data.logs.profile_cache import ProfileCache
from data.text.untrusted_text import storable

PREFIX = "date="
REMEMBERED_DAYS = 400
"""Digests of files are cached for so many days before the latest day used; older files are read again."""


@dataclass(frozen=True)
class Partition:
    """One UTC day of a log: its folder, and its files sorted by name."""

    folder: Path
    day: date
    files: tuple[Path, ...]

    def where(self, file: Path) -> str:
        """Return the name of a file for use in a fault: `date=YYYY-MM-DD/part-0.parquet`."""
        return storable(f"{self.folder.name}/{file.name}")


def partitions(log: Path, first: date, last: date) -> tuple[Partition, ...]:
    """Return the partitions of the days `first` to `last`, both included, by day; days without a file are left out.

    Raises LogFormatError for a folder `date=…` whose name is not a day, because its rows would be ignored silently.
    """
    found = (partition_of(log, day) for day in logged_days(log) if first <= day <= last)
    return tuple(one for one in found if one is not None)


def logged_days(log: Path) -> list[date]:
    """Return the days for which a log has a folder, in order; only names are read, because a log may cover years.

    Raises LogFormatError in the same cases as `partitions`.
    """
    if not log.is_dir():
        return []
    with os.scandir(log) as entries:
        return sorted(_day_of(log, one.name) for one in entries if one.name.startswith(PREFIX))


def partition_of(log: Path, day: date) -> Partition | None:
    """Return the partition of a day; None when the day has no file."""
    folder = log / f"{PREFIX}{day.isoformat()}"
    files = tuple(sorted(folder.glob("*.parquet")))
    return Partition(folder, day, files) if files else None


def _day_of(log: Path, name: str) -> date:
    text = name.removeprefix(PREFIX)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        shown = storable(str(log / name))
        raise LogFormatError(f"{shown} is not a day", "rename the folder to date=YYYY-MM-DD, or remove it") from error
    if day.isoformat() != text:
        what = f"{log / name} is not of the form date=YYYY-MM-DD"
        raise LogFormatError(what, f"rename the folder to date={day}")
    return day


class ContentIdentities:
    """The identities of partitions: digests over the names and contents of their files.

    Digests are cached by path, inode, size and times: an unchanged file is not read again, a rewritten file is. `log`
    is the key of the log in the cache.
    """

    def __init__(self, cache: ProfileCache, log: str) -> None:
        self._cache, self._key = cache, ("identities", log)
        self._known = _read(cache.get(*self._key))
        self._newest = date.min + timedelta(days=REMEMBERED_DAYS)
        self._changed = False

    def of(self, partition: Partition) -> str:
        """Return `sha256:<hex>` over the day of the partition, and the name and content of each file."""
        self._newest = max(self._newest, partition.day)
        content = [partition.folder.name, [[file.name, self._digest(file)] for file in partition.files]]
        return "sha256:" + hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def remember(self) -> None:
        """Write the new digests to the cache; digests of days older than REMEMBERED_DAYS are dropped."""
        if self._changed:
            oldest = f"{PREFIX}{self._newest - timedelta(days=REMEMBERED_DAYS)}"
            self._known = {path: mark for path, mark in self._known.items() if path.rsplit(os.sep, 2)[-2] >= oldest}
            self._cache.put(json.dumps(self._known, sort_keys=True).encode(), *self._key)
            self._changed = False

    def _digest(self, file: Path) -> str:
        stat = file.stat()
        mark = [stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
        known = self._known.get(str(file))
        if known is not None and known[:-1] == mark:
            return str(known[-1])
        digest = file_digest(file)
        self._known[str(file)] = [*mark, digest]
        self._changed = True
        return digest


def _read(content: bytes | None) -> dict[str, list[int | str]]:
    """Return the cached digests; empty when the cache entry is missing or damaged."""
    try:
        known = json.loads(content or b"{}")
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}
