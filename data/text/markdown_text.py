"""Writes untrusted text into Markdown, so that it renders as plain text without markup, links, images or templates.

Prefect's page also renders HTML, and it turns every bare address into a link even when the characters around it are
escaped. An empty HTML comment inside the address is invisible and prevents the link.
"""

from __future__ import annotations

import re

from data.text.untrusted_text import visible

ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#+!|~$^"})
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
SEAM = "<!-- -->"


def plain(text: str, limit: int = 400) -> str:
    """Return Markdown that renders as `visible(text, limit)`, character by character."""
    return ADDRESS.sub(SEAM, visible(text, limit).translate(ESCAPED).translate(ENTITIES))


def quoted(text: str, limit: int = 400) -> str:
    """Return the text as `plain` does, between quotation marks that show it is another person's; a dash for no text."""
    shown = plain(text, limit)
    return f"“{shown}”" if shown else "–"


def code(line: str) -> str:
    """Return one line as Markdown code, which renders character by character; an empty text for an empty line."""
    shown = line.replace("`", "'").strip()
    return f"`{shown}`" if shown else ""
