"""A file of checkpoints: complete lines only, in order and to the byte; a fault names the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.errors import AnchorError


def test_notes_are_kept_in_order_and_to_the_byte(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "elsewhere" / "checkpoints.txt")
    assert anchor.notes() == []
    for note in ("a\n1\n\n— é\n", 'b"\\\n'):
        anchor.append(note)
    assert FileAnchor(anchor.path).notes() == ["a\n1\n\n— é\n", 'b"\\\n']
    assert (anchor.name, anchor.location) == ("checkpoints.txt", "local")


def test_an_incomplete_note_is_removed_by_the_next_append(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "checkpoints.txt")
    anchor.append("one")
    anchor.path.write_bytes(anchor.path.read_bytes() + b'"tw')
    assert anchor.notes() == ["one"]
    anchor.append("two")
    assert anchor.notes() == ["one", "two"]


@pytest.mark.parametrize("line", [b"{}\n", b"!\n"])
def test_a_line_that_is_not_a_note_raises_an_error_with_the_file(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "checkpoints.txt").write_bytes(line)
    with pytest.raises(AnchorError, match="not a note"):
        FileAnchor(tmp_path / "checkpoints.txt").notes()


def test_a_path_that_cannot_be_used_raises_an_error_with_the_path(tmp_path: Path) -> None:
    (tmp_path / "checkpoints.txt").mkdir()
    with pytest.raises(AnchorError, match="was not anchored"):
        FileAnchor(tmp_path / "checkpoints.txt").append("one")
    with pytest.raises(AnchorError, match="cannot be read"):
        FileAnchor(tmp_path / "checkpoints.txt").notes()
