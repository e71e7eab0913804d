"""Words in the names of steps: numbers with their nouns, and days."""

from __future__ import annotations

from datetime import date


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 consumer`, `1,200 consumers`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def day_words(day: date) -> str:
    """A day as `4 Dec`; the year is in the run's own dates."""
    return f"{day.day} {day:%b}"
