"""The colours of pictures shown outside the evidence pages; they equal the light theme of the pages' stylesheet."""

from __future__ import annotations

PAPER, INK, SOFT, RULE = "#fff", "#1b1f24", "#57606a", "#d5dae0"
PLAIN, WARN, BAD = "#0067b0", "#9a5b00", "#b42318"
CSS_NAMES = {
    "paper": PAPER, "ink": INK, "soft": SOFT, "rule": RULE, "look0": PLAIN, "warn": WARN, "bad": BAD,
}  # fmt: skip
"""Each colour under the name of its variable in `style.css`; a test compares the values."""
