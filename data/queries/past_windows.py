"""What the windows before said: of each model under watch the newest few, however many years it has been watched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import duckdb


@dataclass(frozen=True)
class Asked:
    """The `most` newest windows of a version of a model that ended before a day."""

    model: str
    version: str
    before: date
    most: int


@dataclass(frozen=True)
class PastWindow:
    """A recorded window: its days, both included, and the state of each outcome by what it is about."""

    first: date
    last: date
    told: str

    @property
    def outcomes(self) -> dict[str, str]:
        """State by what it is about; read when it is asked for, because thousands lie waiting."""
        read: dict[str, str] = json.loads(self.told)
        return read


def past_windows(connection: duckdb.DuckDBPyConnection, asked: Sequence[Asked]) -> dict[str, tuple[PastWindow, ...]]:
    """The windows by model, oldest first, in one query; each model is asked for once."""
    columns = [
        [one.model for one in asked],
        [one.version for one in asked],
        [one.before.isoformat() for one in asked],
        [one.most for one in asked],
    ]
    found: dict[str, list[PastWindow]] = {one.model: [] for one in asked}
    for model, first, last, outcomes in connection.execute(_sql(), columns).fetchall():
        found[model].append(PastWindow(date.fromisoformat(first), date.fromisoformat(last), outcomes))
    return {model: tuple(windows) for model, windows in found.items()}


@cache
def _sql() -> str:
    return files("data.queries").joinpath("past_windows.sql").read_text("utf-8")
