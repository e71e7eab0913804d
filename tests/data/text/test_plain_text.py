"""What people wrote stays text: it begins no header, turns no line around, and is not endless."""

from __future__ import annotations

import pytest

from data.text.plain_text import cleaned, one_line, shortened, storable

STEERING: dict[str, tuple[str, str]] = {
    "text turned around": ("pay \u202e100\u202c", "pay 100"),
    "isolates": ("a\u2066b\u2069c", "abc"),
    "nothing to be seen": ("a\u200bb\ufeff", "ab"),
    "a bell and an escape": ("a\x07\x1b[31mb", "a[31mb"),
    "a null": ("a\x00b", "ab"),
    "a carriage return": ("a\r\nb\rc", "a\nb\nc"),
    "a line separator": ("a\u2028b", "ab"),
    "half a character": ("a\ud800b", "ab"),
    "plain text": ("Größe ≥ 3\n\tso", "Größe ≥ 3\n\tso"),
}


@pytest.mark.parametrize("case", STEERING.values(), ids=STEERING)
def test_cleaned_of(case: tuple[str, str]) -> None:
    assert cleaned(case[0]) == case[1]


def test_a_subject_stays_one_line_of_bounded_length() -> None:
    assert one_line("late\r\nBcc: all@example.org") == "late Bcc: all@example.org"
    assert len(one_line("x" * 5_000)) == 300
    assert len(cleaned("x" * 30_000)) == 20_002


def test_what_is_no_character_is_written_as_its_code() -> None:
    assert storable("date=\udcff, Größe ≥ 3") == "date=\\udcff, Größe ≥ 3"


def test_what_is_shortened_says_so() -> None:
    assert (shortened("abcd", 4), shortened("abcde", 4)) == ("abcd", "abc…")
