"""The cache of counts: each entry is stored under everything on which it depends."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.files.content_seal import SEAL_KEY
from data.logs.profile_cache import ProfileCache


def test_an_entry_is_found_only_under_its_own_key(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles", tmp_path / "keys")
    cache.put(b"counts", "profile", "sha256:1", "edges")
    assert cache.get("profile", "sha256:1", "edges") == b"counts"
    assert cache.get("profile", "sha256:1edges") is None
    assert cache.get("profile", "sha256:2", "edges") is None


def test_an_entry_is_replaced_and_no_temporary_file_stays(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles", tmp_path / "keys")
    cache.put(b"first", "key")
    cache.put(b"second", "key")
    assert cache.get("key") == b"second"
    assert len([path for path in cache.root.rglob("*") if path.is_file()]) == 1


def test_a_key_cannot_reach_outside_the_cache(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles", tmp_path / "keys")
    cache.put(b"counts", "../../evil", "/etc/passwd")
    (entry,) = (path for path in tmp_path.rglob("*") if path.is_file() and path.name != "cache.key")
    assert entry.is_relative_to(tmp_path / "profiles")


def test_old_entries_are_deleted(tmp_path: Path) -> None:
    cache, now = ProfileCache(tmp_path / "profiles", tmp_path / "keys"), datetime.now(UTC)
    for name, days in {"old": 200, "new": 10}.items():
        cache.put(name.encode(), name)
        (entry,) = (one for one in cache.root.glob("*/*") if one.read_bytes().endswith(name.encode()))
        at = (now - timedelta(days=days)).timestamp()
        os.utime(entry, (at, at))
    assert cache.prune(now - timedelta(days=180)) == 1
    assert (cache.get("old"), cache.get("new")) == (None, b"new")
    assert ProfileCache(tmp_path / "nowhere", tmp_path / "keys").prune(now) == 0


def test_an_entry_replaced_during_pruning_is_kept(tmp_path: Path) -> None:
    (tmp_path / "profiles" / "ab").mkdir(parents=True)
    (tmp_path / "profiles" / "ab" / "gone").symlink_to(tmp_path / "nowhere")
    assert ProfileCache(tmp_path / "profiles", tmp_path / "keys").prune(datetime.now(UTC)) == 0


def test_an_entry_that_is_not_as_it_was_written_is_deleted_and_named(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles", tmp_path / "keys")
    cache.put(b"counts", "key")
    (entry,) = cache.root.glob("*/*")
    entry.write_bytes(entry.read_bytes()[:-1] + b"X")
    assert (cache.get("key"), entry.exists()) == (None, False)
    assert cache.altered == [entry.relative_to(cache.root).as_posix()]
    assert (tmp_path / "keys" / SEAL_KEY).stat().st_mode & 0o777 == 0o600


def test_an_entry_of_an_earlier_version_is_ignored_without_a_finding(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles", tmp_path / "keys")
    cache.put(b"counts", "key")
    (entry,) = cache.root.glob("*/*")
    entry.write_bytes(b"counts")
    assert (cache.get("key"), cache.altered) == (None, [])
