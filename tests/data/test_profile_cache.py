"""The cache of counts: an entry under all that it depends on."""

from __future__ import annotations

from pathlib import Path

from data.profile_cache import ProfileCache


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
