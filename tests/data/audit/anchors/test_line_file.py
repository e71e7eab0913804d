"""The file of an anchor is read by lines, copied as it was at one moment, and kept when it is written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.anchors.line_file import LineFile
from data.audit.journal import append_lines
from data.errors import AnchorError, UnreachableAnchorError


class Plain(LineFile):
    """Each line is a note, and an empty one is none."""

    def note_of(self, line: bytes) -> str:
        if not line:
            raise AnchorError("an empty line is no note")
        return line.decode()

    def rewrite(self, *lines: bytes) -> str:
        return self._replace(lines)


@pytest.fixture
def file(tmp_path: Path) -> Plain:
    return Plain(tmp_path / "kept" / "notes.txt")


def test_a_file_that_does_not_exist_has_no_note_but_its_folder_must_exist(file: Plain) -> None:
    with pytest.raises(UnreachableAnchorError, match="the folder .* of an anchor does not exist"):
        file.last()
    file.path.parent.mkdir()
    assert (file.last(), file.notes()) == (None, [])


def test_complete_lines_are_notes_and_a_line_that_is_none_is_refused(file: Plain) -> None:
    append_lines(file.path, [b"one", b"two"])
    with file.path.open("ab") as end:
        end.write(b"half")
    assert (file.last(), file.notes()) == ("two", ["one", "two"])
    append_lines(file.path, [b""])
    for read in (file.last, file.notes):
        with pytest.raises(AnchorError, match="an empty line"):
            read()


def test_a_copy_has_what_the_file_had_when_it_was_frozen(file: Plain, tmp_path: Path) -> None:
    append_lines(file.path, [b"one"])
    with file.frozen() as write:
        append_lines(file.path, [b"two"])
        write(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"one\n"


def test_a_file_that_is_written_again_is_kept_beside_the_new_one(file: Plain) -> None:
    assert file.rewrite(b"one") == ""
    kept = file.rewrite(b"one", b"two")
    assert file.path.with_name(kept).read_bytes() == b"one\n"
    assert file.notes() == ["one", "two"]
