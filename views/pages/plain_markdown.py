"""Documentation as paragraphs, headings and lists, and nothing else of Markdown: no link, no image, no markup.

Every character of the text is shown; what Markdown would turn into a link or a picture stays the words it was written
with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from data.text.untrusted_text import safe

HEADING = re.compile(r"(#{1,6})\s+(.*)")
ITEM = re.compile(r"\s*(?:[-*+]|\d{1,4}[.)])\s+(.*)")
NUMBERED = re.compile(r"\s*\d{1,4}[.)]\s")
FENCE = re.compile(r"\s*(```|~~~)")
LOWEST = 6


def as_markup(text: str, level: int = 4) -> Markup:
    """The text as markup of our own; its first heading is of this level, those below it follow, none lower than 6."""
    return Markup("\n").join(_blocks(text.splitlines(), level))


def _blocks(lines: list[str], level: int) -> Iterator[Markup]:
    open_lines: list[str] = []
    fenced = False
    deepest = 0
    for line in lines:
        if FENCE.match(line):
            yield from _block(open_lines, fenced)
            open_lines, fenced = [], not fenced
        elif fenced:
            open_lines.append(line)
        elif (heading := HEADING.fullmatch(line)) is not None:
            yield from _block(open_lines, fenced)
            open_lines = []
            deepest = _depth(len(heading[1]), deepest)
            yield _heading(_unclosed(heading[2]), min(level + deepest - 1, LOWEST))
        elif line.strip():
            open_lines.append(line)
        else:
            yield from _block(open_lines, fenced)
            open_lines = []
    yield from _block(open_lines, fenced)


def _depth(marks: int, before: int) -> int:
    """How deep a heading lies: no deeper than one below the heading before it, so that no level is left out."""
    return min(marks, before + 1)


def _unclosed(words: str) -> str:
    """The words without the marks that may close a heading: no pattern looks for them, as its time would grow faster
    than the line."""
    return words.rstrip().rstrip("#").rstrip()


def _heading(words: str, level: int) -> Markup:
    return Markup("<h{0}>{1}</h{0}>").format(level, _told(words))


def _block(lines: list[str], fenced: bool) -> Iterator[Markup]:
    if not lines:
        return
    if fenced:
        yield Markup('<pre tabindex="0">{}</pre>').format(_told("\n".join(lines)))
    elif ITEM.fullmatch(lines[0]):
        yield _list(lines)
    elif lines[0].lstrip().startswith("|"):
        yield Markup('<pre tabindex="0">{}</pre>').format(_told("\n".join(lines)))
    else:
        yield Markup("<p>{}</p>").format(_told("\n".join(lines)))


def _list(lines: list[str]) -> Markup:
    items: list[list[str]] = []
    for line in lines:
        item = ITEM.fullmatch(line)
        if item is not None:
            items.append([item[1]])
        else:
            items[-1].append(line.strip())
    told = Markup("").join(Markup("<li>{}</li>").format(_told("\n".join(one))) for one in items)
    return Markup("<{0}>{1}</{0}>").format("ol" if NUMBERED.match(lines[0]) else "ul", told)


def _told(words: str) -> Markup:
    return escape(safe(words))
