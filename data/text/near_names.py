"""Finds the names that somebody probably meant, for the remedy of an error message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near_names(text: str, names: Iterable[str], limit: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return at most `limit` names that are similar to the text, the most similar first."""
    return difflib.get_close_matches(text, sorted(set(names)), limit, cutoff)


def did_you_mean(text: str, names: Iterable[str], otherwise: str) -> str:
    """Return `did you mean X or Y?`, or `otherwise` if no name is similar to the text."""
    near = near_names(text, names)
    return f"did you mean {' or '.join(near)}?" if near else otherwise
