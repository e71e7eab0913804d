"""Untrusted text in Markdown: it renders as text, without markup, links, images or templates.

Prefect's page also renders HTML, and it turns every bare address into a link even when the characters around it are
escaped. An empty comment inside the address is not shown and prevents the link.
"""

from __future__ import annotations

import re

from data.text.untrusted_text import visible

ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#+!|~$^"})
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
SEAM = "<!-- -->"


def plain(text: str, limit: int = 400) -> str:
    """Markdown that renders as `visible(text, limit)` and as nothing else."""
    return ADDRESS.sub(SEAM, visible(text, limit).translate(ESCAPED).translate(ENTITIES))


def quoted(text: str, limit: int = 400) -> str:
    """The same between quotation marks, so that a reader knows it as another person's words; a dash for no text."""
    shown = plain(text, limit)
    return f"“{shown}”" if shown else "–"


def code(line: str) -> str:
    """One line as code in Markdown, which renders character by character; an empty text for an empty line."""
    shown = line.replace("`", "'").strip()
    return f"`{shown}`" if shown else ""
