"""Text of other tools: a byte-order mark is left out, and UTF-16 is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.text.file_text import decoding_fault, read_file_text, searched_text, text_of

WORD = "café"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_text_is_the_same_with_and_without_its_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a").write_bytes(f"{WORD}\r\nb".encode(encoding))
    assert read_file_text(tmp_path / "a") == f"{WORD}\nb"
    assert text_of(WORD.encode(encoding)) == searched_text(WORD.encode(encoding)) == WORD


FAULTS = {
    "UTF-16 of Windows": (b"\xff\xfea\x00", "UTF-16, not UTF-8"),
    "UTF-16 of other systems": (b"\xfe\xff\x00a", "UTF-16, not UTF-8"),
    "Latin-1": (b"caf\xe9", "not UTF-8 at byte 3"),
}


@pytest.mark.parametrize(("content", "fault"), FAULTS.values(), ids=FAULTS)
def test_the_fault_of_bytes_that_are_not_utf_8_is_named_for(content: bytes, fault: str) -> None:
    with pytest.raises(UnicodeDecodeError) as raised:
        text_of(content)
    assert decoding_fault(raised.value) == fault


def test_a_search_reads_utf_16_too_but_no_other_bytes() -> None:
    assert searched_text(WORD.encode("utf-16")) == WORD
    assert searched_text(b"caf\xe9") is None
    assert searched_text(b"\xff\xfea") is None
