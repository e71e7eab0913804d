"""Text of others, shown where every character counts: what moves, hides or turns text is written as its code."""

from __future__ import annotations

import unicodedata

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe(text: str) -> str:
    """The text with every character that moves, hides or turns text written as its code; line breaks stay."""
    return "".join(_seen(one) for one in text)


def _seen(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in UNSEEN:
        return character
    return "  " if character == "\t" else f"\\u{ord(character):04x}"
