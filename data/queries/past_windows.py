"""Reads the outcomes of past monitoring windows: only the latest few of each model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import duckdb


@dataclass(frozen=True)
class WindowRequest:
    """A request for the latest `most` windows of a version of a model (both keys) that ended before a day."""

    model: str
    version: str
    before: date
    most: int


@dataclass(frozen=True)
class PastWindow:
    """A recorded window: its first and last day, both included, and the state of each outcome as JSON text."""

    first: date
    last: date
    outcome_json: str

    @property
    def outcomes(self) -> dict[str, str]:
        """The state of each outcome by its subject; parsed on access, because most windows are never read."""
        read: dict[str, str] = json.loads(self.outcome_json)
        return read


def past_windows(
    connection: duckdb.DuckDBPyConnection, requests: Sequence[WindowRequest]
) -> dict[str, tuple[PastWindow, ...]]:
    """Return the windows by model key, oldest first, with one SQL query; at most one request for each model."""
    columns = [
        [one.model for one in requests],
        [one.version for one in requests],
        [one.before.isoformat() for one in requests],
        [one.most for one in requests],
    ]
    found: dict[str, list[PastWindow]] = {one.model: [] for one in requests}
    for model, first, last, outcomes in connection.execute(_sql(), columns).fetchall():
        found[model].append(PastWindow(date.fromisoformat(first), date.fromisoformat(last), outcomes))
    return {model: tuple(windows) for model, windows in found.items()}


@cache
def _sql() -> str:
    return files("data.queries").joinpath("past_windows.sql").read_text("utf-8")
