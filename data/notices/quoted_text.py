"""Quotes other people's text in notices: one line between “ and ”, which every channel can tell from modelward's text.

Notices quote reasons, uses, titles and texts. A quotation cannot add a line that looks like modelward's own, and a chat
or a Markdown reader shows it as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.records.names import NAME
from data.text.markdown_text import code
from data.text.untrusted_text import cleaned, shortened

LONGEST_QUOTATION = 2_000
MARKS = str.maketrans("“”", '""')
QUOTATION = re.compile(r"(“[^”]*(?:”|\Z))")


def quoted(words: str, limit: int = LONGEST_QUOTATION) -> str:
    """Return `“words”` as one line of at most `limit` characters; quotation marks inside are replaced."""
    line = " ".join(cleaned(words).split()).translate(MARKS)
    return f"“{shortened(line, limit)}”"


def name_or_quotation(name: str) -> str:
    """Return a legal name unchanged, any other text quoted."""
    return name if NAME.fullmatch(name) else quoted(name, 128)


def quotation_parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text, each with True for a quotation; an unclosed quotation reaches to the end of the
    text."""
    for number, part in enumerate(QUOTATION.split(text)):
        if part:
            yield part, number % 2 == 1


def unmarked(text: str) -> str:
    """Return the text without quotation marks, for comparing its content."""
    return text.replace("“", "").replace("”", "")


def in_markdown(text: str) -> str:
    """Return the text as Markdown, with each quotation as code between its marks: no markup, no HTML, no link."""
    return "".join(f"“{code(unmarked(part))}”" if quotation else part for part, quotation in quotation_parts(text))
