"""Format days for the names of steps and for messages."""

from __future__ import annotations

from datetime import date


def day_words(day: date) -> str:
    """Return a day like `4 Dec`; the year is visible in the dates of the run."""
    return f"{day.day} {day:%b}"
