"""Format numbers with their nouns, and days, for the names of steps and for messages."""

from __future__ import annotations

from datetime import date


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, like `1 consumer` or `1,200 consumers`; `plural` is for irregular nouns."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def day_words(day: date) -> str:
    """Return a day like `4 Dec`; the year is visible in the dates of the run."""
    return f"{day.day} {day:%b}"
