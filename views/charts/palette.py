"""The colours of a picture that stands alone, without the stylesheet of the pages: those of its light theme."""

from __future__ import annotations

PAPER, INK, SOFT, RULE = "#fff", "#1b1f24", "#57606a", "#d5dae0"
PLAIN, WARN, BAD = "#0067b0", "#9a5b00", "#b42318"
CSS_NAMES = {
    "paper": PAPER, "ink": INK, "soft": SOFT, "rule": RULE, "look0": PLAIN, "warn": WARN, "bad": BAD,
}  # fmt: skip
"""Each colour by its variable in `style.css`; a test compares the two."""
