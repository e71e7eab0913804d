"""A file for a person is written once, readable for everybody, and never over another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import FileError, InputError
from data.files.new_file import write_new_file, write_same_file


def test_a_new_file_can_be_read_by_everybody(tmp_path: Path) -> None:
    write_new_file(tmp_path / "a", b"content")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "a").stat().st_mode & 0o777) == (b"content", 0o600)


def test_a_file_that_exists_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"kept")
    with pytest.raises(InputError, match="exists already"):
        write_new_file(tmp_path / "a", b"other")
    assert (tmp_path / "a").read_bytes() == b"kept"


def test_the_same_content_may_be_there_already(tmp_path: Path) -> None:
    write_same_file(tmp_path / "a", b"content")
    write_same_file(tmp_path / "a", b"content")
    with pytest.raises(InputError):
        write_same_file(tmp_path / "a", b"other")


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a file")
    with pytest.raises(FileError):
        write_new_file(tmp_path / "a" / "b", b"content")
