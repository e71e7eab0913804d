"""Text of others never moves, hides or turns what is around it."""

from __future__ import annotations

import pytest

from data.text.untrusted_text import safe

HOSTILE = {
    "an escape sequence": ("a\x1b[31mb", "a\\u001b[31mb"),
    "a change of direction": ("a\u202eb", "a\\u202eb"),
    "a bell": ("\x07", "\\u0007"),
    "a carriage return": ("good\rbad", "good\\u000dbad"),
    "a zero-width space": ("a\u200bb", "a\\u200bb"),
}


@pytest.mark.parametrize(("text", "shown"), HOSTILE.values(), ids=HOSTILE)
def test_what_could_steer_a_terminal_is_shown_as_its_code(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_ordinary_text_is_left_alone() -> None:
    assert safe("Ünïcödé – 東京 ΔAUC\nnext") == "Ünïcödé – 東京 ΔAUC\nnext"
