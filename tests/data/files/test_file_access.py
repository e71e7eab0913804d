"""Files of a home are for its owner only: by the umask of the process, and by the modes of folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.files import file_access
from data.files.file_access import keep_private, open_to_others, restrict_tree, set_folder_mode, umask_of_user


@pytest.fixture(autouse=True)
def umask_0022(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process whose user has the umask 022."""
    monkeypatch.setattr(file_access, "_umask_of_user", [])
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_private_after_keep_private(tmp_path: Path) -> None:
    keep_private()
    keep_private()
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    assert (mode(tmp_path / "file"), mode(tmp_path / "folder")) == (0o600, 0o700)


def test_a_file_outside_of_the_home_gets_the_umask_of_the_user(tmp_path: Path) -> None:
    keep_private()
    with umask_of_user() as umask:
        (tmp_path / "theirs").write_text("x")
    (tmp_path / "ours").write_text("x")
    assert (umask, mode(tmp_path / "theirs"), mode(tmp_path / "ours")) == (0o022, 0o644, 0o600)


def test_without_keep_private_the_umask_of_the_user_is_not_known(tmp_path: Path) -> None:
    with umask_of_user() as umask:
        assert umask == 0o077


def test_a_folder_gets_its_mode_once(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert set_folder_mode(folder)
    assert not set_folder_mode(folder)
    assert mode(folder) == 0o700


def test_links_files_and_missing_folders_keep_their_mode(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "file").write_text("x")
    assert not any(set_folder_mode(tmp_path / name) for name in ("link", "file", "missing"))
    assert mode(tmp_path / "target") == 0o755


def test_what_others_can_read_is_found_and_restricted(tmp_path: Path) -> None:
    root = tmp_path / "home"
    (root / "deep/folder").mkdir(parents=True)
    (root / "deep/folder/file").write_text("x")
    (root / "served").mkdir()
    (root / "link").symlink_to(root / "deep")
    (root / "private").touch(mode=0o600)
    found = {str(path.relative_to(tmp_path)) for path in open_to_others(root, {root / "served"})}
    assert found == {"home", "home/deep", "home/deep/folder", "home/deep/folder/file"}
    restrict_tree(root)
    assert list(open_to_others(root)) == []
    assert mode(root / "deep/folder") == 0o700


def test_a_missing_folder_is_open_to_nobody(tmp_path: Path) -> None:
    assert list(open_to_others(tmp_path / "missing")) == []
