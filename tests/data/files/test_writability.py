"""Whether a write can succeed is checked before it: access, free space, a probe in each folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from data.errors import FileError
from data.files import writability
from data.files.home import Home
from data.files.writability import folder_fault, free_bytes, probe_folder, require_writable, written_folders


class Status:
    """The answer of statvfs for a file system with 3 MiB of free space, mounted read-only or not."""

    f_bavail, f_frsize = 3 << 10, 1 << 10

    def __init__(self, f_flag: int = 0) -> None:
        self.f_flag = f_flag


def test_a_file_that_can_be_written_is_accepted_and_not_created(tmp_path: Path) -> None:
    require_writable(tmp_path / "new" / "file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flag", "what", "remedy"),
    [(0, "Permission denied", "ls -ld"), (os.ST_RDONLY, "Read-only file system", "mount the file system")],
    ids=["without permission", "read-only"],
)
def test_a_file_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: int, what: str, remedy: str
) -> None:
    monkeypatch.setattr(os, "access", lambda _, mode: mode == os.F_OK)
    monkeypatch.setattr(os, "statvfs", lambda _: Status(flag))
    with pytest.raises(FileError, match=f"a.jsonl cannot be written: {what}") as refused:
        require_writable(tmp_path / "a.jsonl")
    assert remedy in refused.value.remedy


def test_a_nearly_full_disk_is_refused_with_both_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: Status())
    with pytest.raises(FileError, match=r"needs 16 MiB of free space, and 3\.0 MiB are free") as refused:
        require_writable(tmp_path / "a.jsonl")
    assert refused.value.remedy == f"free space on the file system of {tmp_path}"
    require_writable(tmp_path / "a.jsonl", least_free=1 << 20)


def test_the_free_space_of_a_path_that_does_not_exist_is_that_of_its_folder(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "a" / "b") > 0


def test_a_probe_leaves_nothing(tmp_path: Path) -> None:
    probe_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_probe_on_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    fault = folder_fault(tmp_path)
    assert fault is not None
    assert "No space left on device" in fault.what
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_written_in_place_is_checked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("events.jsonl", "other.parquet"):
        (tmp_path / name).touch()
    assert folder_fault(tmp_path) is None
    checked = list[str]()
    monkeypatch.setattr(writability, "require_writable", lambda path: checked.append(path.name))
    assert folder_fault(tmp_path) is None
    assert checked == [tmp_path.name, "events.jsonl"]


def test_the_written_folders_are_the_existing_ones_of_the_home_and_its_anchors(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    for folder in (home.journal.parent, home.keys, tmp_path / "far"):
        folder.mkdir(parents=True)
    found = written_folders(home, [tmp_path / "far" / "notes.txt", tmp_path / "gone" / "notes.txt"])
    assert found == [home.root, home.journal.parent, tmp_path / "far", home.keys]
