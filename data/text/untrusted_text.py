"""Makes text from other people harmless; defines which characters control, hide, reverse or stack text.

Three replacements serve all renderers. A terminal, a page and a chart show a harmful character as its code (`safe`), a
form shows it as � (`visible`), and a notice leaves it out (`cleaned`). Each renderer then escapes its own markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that control, change direction, break lines, or have no width or no meaning."""
FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)
"""Invisible letters, marks and symbols: Hangul fillers, variation selectors, the empty Braille pattern."""
MARKS = frozenset({"Mn", "Me"})
STACKED = 3
"""Real writing has at most three marks above or below a letter; more would cover the lines around it."""
LONGEST_TEXT = 20_000
LONGEST_LINE = 300


def safe(text: str) -> str:
    r"""Return the text with each harmful character as its code, `\u202e`; line breaks stay, a tab becomes two
    spaces."""
    return replace_harmful(text, _code, kept="\n")


def on_one_line(text: str) -> str:
    """Return the text with each harmful character, and each line break, as its code."""
    return replace_harmful(text, _code)


def visible(text: str, limit: int = 400) -> str:
    """Return the text as one line of at most `limit` characters, with � for each harmful character."""
    spaced = "".join(" " if _is_space(one) else one for one in text)
    return shortened(" ".join(replace_harmful(spaced, lambda _: "�").split()), limit)


def cleaned(text: str) -> str:
    """Return the text without harmful characters, cut at 20,000 characters; line breaks and tabs stay."""
    shown = replace_harmful(text.replace("\r\n", "\n").replace("\r", "\n"), lambda _: "", kept="\n\t")
    return shown if len(shown) <= LONGEST_TEXT else shown[:LONGEST_TEXT] + " …"


def one_line(text: str) -> str:
    """Return the cleaned text as one line of at most 300 characters, so that a subject cannot start another header."""
    return shortened(" ".join(cleaned(text).split()), LONGEST_LINE)


def storable(text: str) -> str:
    """Return the text in a form that UTF-8 can encode: an unpaired surrogate, as in some file names, becomes its
    code."""
    return text.encode("utf-8", "backslashreplace").decode()


def shortened(text: str, most: int) -> str:
    """Return the text in at most `most` characters; a cut text ends with “…”."""
    return text if len(text) <= most else text[: most - 1] + "…"


def is_harmful(character: str) -> bool:
    """Return True for a character that controls, hides, reverses or fills text; combining marks are not included."""
    return unicodedata.category(character) in STEERING or FILLERS.match(character) is not None


def replace_harmful(text: str, replacement: Callable[[str], str], kept: str = "") -> str:
    """Return the text with `replacement(character)` for each harmful character and each mark beyond three.

    Characters in `kept` are not replaced.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_replaced(text, replacement, kept))


def _replaced(text: str, replacement: Callable[[str], str], kept: str) -> Iterator[str]:
    marks = 0
    for character in text:
        if character not in kept and is_harmful(character):
            shown = replacement(character)
            # A character that is left out separates nothing: the marks around it would stack in the result.
            marks = 0 if shown else marks
            yield shown
            continue
        marks = marks + 1 if unicodedata.category(character) in MARKS else 0
        yield character if marks <= STACKED else replacement(character)


def _is_space(character: str) -> bool:
    return character in "\n\r\t" or unicodedata.category(character)[0] == "Z"


def _code(character: str) -> str:
    return "  " if character == "\t" else f"\\u{ord(character):04x}"
