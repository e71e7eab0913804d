"""Text that people wrote as text that steers nothing: no control or direction characters, no endless lines."""

from __future__ import annotations

import unicodedata

LONGEST_TEXT = 20_000
LONGEST_LINE = 300
KEPT = "\n\t"


def cleaned(text: str) -> str:
    """The text without control, format (bidi, zero-width), surrogate and private characters, at most 20,000 long."""
    kept = [one for one in text.replace("\r\n", "\n").replace("\r", "\n") if one in KEPT or not _steers(one)]
    shown = "".join(kept)
    return shown if len(shown) <= LONGEST_TEXT else shown[:LONGEST_TEXT] + " …"


def one_line(text: str) -> str:
    """The cleaned text in one line of at most 300 characters: a subject cannot begin another header."""
    return shortened(" ".join(cleaned(text).split()), LONGEST_LINE)


def storable(text: str) -> str:
    """The text as UTF-8 can hold it: what the name of a file holds that is no character is written as its code."""
    return text.encode("utf-8", "backslashreplace").decode()


def shortened(text: str, most: int) -> str:
    """The text in at most so many characters; an ellipsis at the end says that there is more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
