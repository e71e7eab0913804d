"""Text of others made harmless where Markdown is rendered: no markup, no links, no templates, nothing hidden or turned.

Markdown is not the only reader. Prefect's page also takes HTML and makes a link of every bare address, whatever was
escaped in it: an empty comment inside the address, which nobody sees, is what keeps it text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#+!|~$^"})
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
SEAM = "<!-- -->"
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Kinds of characters that control, turn, or are not seen: they show as �."""
FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Characters that are letters or marks by their kind and yet nothing is seen of them."""
STACKED = 3
"""So many marks above or below a letter are writing; more would cover the lines around it."""


def plain(text: str, limit: int = 400) -> str:
    """Markdown for `visible(text)`: renders as that and as nothing else."""
    return ADDRESS.sub(SEAM, visible(text, limit).translate(ESCAPED).translate(ENTITIES))


def visible(text: str, limit: int = 400) -> str:
    """What a person sees of a text: one line of at most `limit` characters, where what is hidden shows as �."""
    shown = " ".join("".join(_seen(FILLERS.sub("�", text))).split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def quoted(text: str, limit: int = 400) -> str:
    """The same between quotation marks, so that nobody takes it for words of ours; a dash for nothing."""
    shown = plain(text, limit)
    return f"“{shown}”" if shown else "–"


def _seen(text: str) -> Iterator[str]:
    marks = 0
    for one in text:
        kind = unicodedata.category(one)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if one in "\n\r\t" or kind[0] == "Z":
            yield " "
        elif kind in HIDDEN or marks > STACKED:
            yield "�"
        else:
            yield one
