"""People's words inside of ours: in one line between “ and ”, by which every way out tells them from ours.

Reasons, uses, titles and texts go out in notices. However they are written, they add no line that reads like one of
modelward's own, and a chat or a reader of Markdown is given them as what they are: text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.records.names import NAME
from data.text.markdown_text import code
from data.text.untrusted_text import cleaned, shortened

LONGEST_QUOTATION = 2_000
MARKS = str.maketrans("“”", '""')
THEIRS = re.compile(r"(“[^”]*(?:”|\Z))")


def quoted(words: str, limit: int = LONGEST_QUOTATION) -> str:
    """`“their words”`: one line of at most `limit` characters, in which no mark ends the quotation."""
    line = " ".join(cleaned(words).split()).translate(MARKS)
    return f"“{shortened(line, limit)}”"


def named(name: str) -> str:
    """A name as it is; where it is no legal one, between marks."""
    return name if NAME.fullmatch(name) else quoted(name, 128)


def apart(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text, each with whether it is theirs; a quotation that was cut off goes on to the end."""
    for number, part in enumerate(THEIRS.split(text)):
        if part:
            yield part, number % 2 == 1


def unmarked(text: str) -> str:
    """The text without the marks: what is said, whoever says it."""
    return text.replace("“", "").replace("”", "")


def in_markdown(text: str) -> str:
    """Our words as Markdown, theirs as code between the marks: neither markup, nor HTML, nor a link."""
    return "".join(f"“{code(unmarked(part))}”" if theirs else part for part, theirs in apart(text))
