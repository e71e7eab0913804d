"""A checkpoint is read from each form in which people keep one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.audit.anchors.timestamp_anchor import stamp_line
from data.errors import InputError
from data.registry.kept_note import kept_checkpoint, kept_note
from tests.proofs import ORIGIN, SignedLog

LOG = SignedLog.of(5)
NOTE = LOG.note(5)


def lines(*values: object) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


FORMS = {
    "a note": NOTE,
    "the proof of an event": LOG.proof(1, 5),
    "a copy of an anchor": lines(LOG.note(3), NOTE),
    "the copy of a git anchor": lines({"commit": "tree", "note": NOTE}),
    "stamps": stamp_line(NOTE, b"reply").decode() + "\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_the_note_of_a_file_is_returned(text: str, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text(text, "utf-8")
    assert kept_note(path) == NOTE
    assert (kept_checkpoint(path).origin, kept_checkpoint(path).size) == (ORIGIN, 5)


OTHERS = {
    "empty": b"", "a text": b"text", "a number": b"5", "no note": b'{"commit": "tree"}', "a list": b'["a"]\n',
    "a line cut off": lines(NOTE).encode()[:-9], "bytes": b"\xff\xfe",
}  # fmt: skip


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_a_file_without_a_checkpoint_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(content)
    with pytest.raises(InputError, match="contains no checkpoint"):
        kept_note(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        kept_note(tmp_path / "nowhere")
