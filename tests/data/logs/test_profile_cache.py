"""The cache of counts: an entry under all that it depends on."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.logs.profile_cache import ProfileCache


def test_what_was_put_is_there_under_its_key_alone(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles")
    cache.put(b"counts", "profile", "sha256:1", "edges")
    assert cache.get("profile", "sha256:1", "edges") == b"counts"
    assert cache.get("profile", "sha256:1edges") is None
    assert cache.get("profile", "sha256:2", "edges") is None


def test_an_entry_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path)
    cache.put(b"first", "key")
    cache.put(b"second", "key")
    assert cache.get("key") == b"second"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_key_cannot_reach_outside_the_cache(tmp_path: Path) -> None:
    cache = ProfileCache(tmp_path / "profiles")
    cache.put(b"counts", "../../evil", "/etc/passwd")
    (entry,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert entry.is_relative_to(tmp_path / "profiles")


def test_what_is_old_is_let_go(tmp_path: Path) -> None:
    cache, now = ProfileCache(tmp_path / "profiles"), datetime.now(UTC)
    for name, days in {"old": 200, "new": 10}.items():
        cache.put(name.encode(), name)
        (entry,) = (one for one in cache.root.glob("*/*") if one.read_bytes() == name.encode())
        at = (now - timedelta(days=days)).timestamp()
        os.utime(entry, (at, at))
    assert cache.prune(now - timedelta(days=180)) == 1
    assert (cache.get("old"), cache.get("new")) == (None, b"new")
    assert ProfileCache(tmp_path / "nowhere").prune(now) == 0


def test_an_entry_that_somebody_replaces_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "gone").symlink_to(tmp_path / "nowhere")
    assert ProfileCache(tmp_path).prune(datetime.now(UTC)) == 0
