"""Copies of files: the same bytes, with and without shared blocks, and never over another file."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from data.files.file_copy import copy_beginning, copy_file

CONTENT = bytes(range(256)) * 8_192 + b"end"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of two mebibytes and three bytes."""
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


def test_a_copy_has_the_same_bytes(source: Path, tmp_path: Path) -> None:
    copy_file(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_without_shared_blocks_the_bytes_are_copied(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "ioctl", unable)
    copy_file(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_with_shared_blocks_no_byte_is_copied(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "ioctl", lambda *_: 0)
    copy_file(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"", "a file system that shares blocks has filled it"


def test_an_existing_file_is_not_overwritten(source: Path) -> None:
    with pytest.raises(FileExistsError):
        copy_file(source, source)
    assert source.read_bytes() == CONTENT


@pytest.mark.parametrize("size", [0, 5, 1 << 20, len(CONTENT), len(CONTENT) + 7])
def test_the_beginning_of_a_file_is_copied(source: Path, tmp_path: Path, size: int) -> None:
    with source.open("rb") as file:
        file.read(3)
        copy_beginning(file, size, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT[:size]
