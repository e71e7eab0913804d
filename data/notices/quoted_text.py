"""Words of other people inside a notice: one line between “ and ”, which every channel can tell from modelward's own.

Notices quote reasons, uses, titles and texts. Whatever people wrote, it cannot add a line that looks like modelward's
own, and a chat or a Markdown reader shows it as text.
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
    """`“words”`: one line of at most `limit` characters, in which no quotation mark ends the quotation early."""
    line = " ".join(cleaned(words).split()).translate(MARKS)
    return f"“{shortened(line, limit)}”"


def named(name: str) -> str:
    """A legal name unchanged; any other text quoted."""
    return name if NAME.fullmatch(name) else quoted(name, 128)


def quotation_parts(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text, each with whether it is a quotation; one that was cut off reaches to the end of the text."""
    for number, part in enumerate(QUOTATION.split(text)):
        if part:
            yield part, number % 2 == 1


def unmarked(text: str) -> str:
    """The text without quotation marks, for comparing its content."""
    return text.replace("“", "").replace("”", "")


def in_markdown(text: str) -> str:
    """Modelward's words as Markdown, quotations as code between their marks: no markup, no HTML, no link."""
    return "".join(f"“{code(unmarked(part))}”" if quotation else part for part, quotation in quotation_parts(text))
