"""Finds the versions that their gates cleared and that lack a validator's conclusion, without reading their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import duckdb

from data.records.log import Standard
from data.registry.state import State


@dataclass(frozen=True)
class ApprovalCase:
    """What decides whether a validator must conclude: standard, tier, change class and environment.

    `standard` is the first standard of the model, in the version that produced the verdicts.
    """

    standard: Standard
    tier: int
    change_class: str
    environment: str


class ClearedVersion(NamedTuple):
    """The keys of an assessed version and of its latest verdict set, which cleared it, and its case."""

    version: str
    verdicts: str
    case: ApprovalCase


def cleared_versions(
    connection: duckdb.DuckDBPyConnection, requires_validator: Callable[[ApprovalCase], bool] = lambda _: True
) -> list[ClearedVersion]:
    """Return the cleared versions whose case requires a validator (default: all), by team, model and number.

    `requires_validator` is called once for each case, however many versions it applies to.
    """
    adopted = State(connection).find(Standard)

    @cache
    def needed(standard: str, used: str, *rest: str | int) -> ApprovalCase | None:
        tier, change_class, environment = rest
        first = _first_standard(adopted, standard, json.loads(used))
        case = ApprovalCase(first, int(tier), str(change_class), str(environment or "production"))
        return case if requires_validator(case) else None

    found = connection.execute(_sql()).fetchall()
    cases = [(version, verdicts, needed(*rest)) for version, verdicts, *rest in found]
    return [ClearedVersion(version, verdicts, case) for version, verdicts, case in cases if case is not None]


def _first_standard(every: Sequence[Standard], name: str, used: Sequence[str]) -> Standard:
    adopted = [one for one in every if one.standard == name]
    return next((one for one in adopted if one.key in used), None) or max(adopted, key=lambda one: one.version)


@cache
def _sql() -> str:
    return files("data.queries").joinpath("cleared_versions.sql").read_text("utf-8")
