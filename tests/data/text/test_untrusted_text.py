"""Untrusted text cannot move, hide or reverse the text around it, and its length is limited."""

from __future__ import annotations

import pytest

from data.text.untrusted_text import cleaned, is_harmful, one_line, safe, shortened, storable, visible

HOSTILE = {
    "an escape sequence": ("a\x1b[31mb", "a\\u001b[31mb"),
    "a change of direction": ("a\u202eb", "a\\u202eb"),
    "a bell": ("\x07", "\\u0007"),
    "a carriage return": ("good\rbad", "good\\u000dbad"),
    "a zero-width space": ("a\u200bb", "a\\u200bb"),
    "a tab": ("a\tb", "a  b"),
    "a filler": ("a\u3164b", "a\\u3164b"),
    "a mark too many": ("a" + "\u0301" * 5, "a" + "\u0301" * 3 + "\\u0301" * 2),
}


@pytest.mark.parametrize(("text", "shown"), HOSTILE.values(), ids=HOSTILE)
def test_safe_shows_a_control_character_as_its_code(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_ordinary_text_is_unchanged() -> None:
    assert safe("Ünïcödé – 東京 ΔAUC\nnext") == "Ünïcödé – 東京 ΔAUC\nnext"


CLEANED: dict[str, tuple[str, str]] = {
    "text turned around": ("pay \u202e100\u202c", "pay 100"),
    "isolates": ("a\u2066b\u2069c", "abc"),
    "nothing to be seen": ("a\u200bb\ufeff", "ab"),
    "a bell and an escape": ("a\x07\x1b[31mb", "a[31mb"),
    "a null": ("a\x00b", "ab"),
    "a carriage return": ("a\r\nb\rc", "a\nb\nc"),
    "a line separator": ("a\u2028b", "ab"),
    "half a character": ("a\ud800b", "ab"),
    "fillers": ("a\u3164b\u2800c\ufe0f\uffa0", "abc"),
    "marks that stack": ("a" + "\u0301" * 9 + "b", "a" + "\u0301" * 3 + "b"),
    "marks that stack once what is between them is gone": ("a" + "\u0301\u200d" * 9, "a" + "\u0301" * 3),
    "plain text": ("Größe ≥ 3\n\tso", "Größe ≥ 3\n\tso"),
}


@pytest.mark.parametrize("case", CLEANED.values(), ids=CLEANED)
def test_cleaned_removes(case: tuple[str, str]) -> None:
    assert cleaned(case[0]) == case[1]


def test_one_line_gives_one_line_of_limited_length() -> None:
    assert one_line("late\r\nBcc: all@example.org") == "late Bcc: all@example.org"
    assert len(one_line("x" * 5_000)) == 300
    assert len(cleaned("x" * 30_000)) == 20_002


def test_storable_writes_an_unpaired_surrogate_as_its_code() -> None:
    assert storable("date=\udcff, Größe ≥ 3") == "date=\\udcff, Größe ≥ 3"


def test_a_shortened_text_ends_with_an_ellipsis() -> None:
    assert (shortened("abcd", 4), shortened("abcde", 4)) == ("abcd", "abc…")


VISIBLE: dict[str, tuple[str, str]] = {
    "lines and spaces": ("a\nb\u2028c\u3000d", "a b c d"),
    "a harmful character": ("a\u202eb\x1bc", "a�b�c"),
    "marks that stack": ("a" + "\u0301" * 5, "a" + "\u0301" * 3 + "��"),
    "marks around a filler": ("a\u0301\u0301\u0301\ufe0f\u0301", "a\u0301\u0301\u0301�\u0301"),
    "long text": ("x" * 500, "x" * 399 + "…"),
}


@pytest.mark.parametrize(("text", "shown"), VISIBLE.values(), ids=VISIBLE)
def test_visible_gives_one_line_with_a_sign_for_each_harmful_character(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["e\u0301", "Größe", "ירושלים", "東京", "ไม่", "Việt", "हिन्दी", "😀", " "])
def test_letters_of_every_script_are_harmless(text: str) -> None:
    assert not any(is_harmful(one) for one in text)
    assert cleaned(text) == text
