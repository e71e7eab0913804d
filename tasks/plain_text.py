"""Text of others made harmless where Markdown is rendered: no markup, no templates, no hidden direction changes."""

from __future__ import annotations

import unicodedata

ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#+!|~"} | {"<": "&lt;", ">": "&gt;"})


def plain(text: str, limit: int = 400) -> str:
    """One line of at most `limit` characters that renders as itself; control and bidi characters show as �."""
    shown = "".join(" " if c in "\n\r\t" else "�" if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c for c in text)
    cut = shown if len(shown) <= limit else shown[: limit - 1] + "…"
    return cut.translate(ESCAPED)
