"""Watch rules are read from a plan; an invalid rule is refused with its number and field."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.errors import ConfigurationError
from monitoring.plan import STATISTICS, Direction, Persistence, WatchRule, watch_rules

RULE = {"statistic": "psi", "column": "temp", "margin": 0.1}


def test_about_joins_statistic_column_and_slice() -> None:
    first, second = watch_rules([RULE, {**RULE, "segment": "JFK", "direction": "both", "severe": 0.25}])
    assert (first.about, second.about) == ("psi:temp", "psi:temp:JFK")
    assert (first.direction, second.direction) == (Direction.UP, Direction.BOTH)


def test_the_statistics_of_plans_are_those_of_the_modules() -> None:
    import importlib
    import pkgutil

    import monitoring

    found = [importlib.import_module(f"monitoring.{m.name}") for m in pkgutil.iter_modules(monitoring.__path__)]
    assert {m.STATISTIC for m in found if hasattr(m, "STATISTIC")} == set(STATISTICS)


BAD: dict[str, tuple[list[dict[str, object]], str]] = {
    "no margin": ([{"statistic": "psi", "column": "x"}], "watch rule 1: margin: Field required"),
    "a margin below zero": ([RULE, {**RULE, "margin": -1}], "watch rule 2: margin"),
    "a margin that is no number": ([{**RULE, "margin": float("nan")}], "watch rule 1: margin"),
    "an unknown field": ([{**RULE, "treshold": 1}], "watch rule 1: treshold"),
    "an unknown statistic": ([{**RULE, "statistic": "gini"}], "unknown statistic gini in a watch rule"),
    "an unknown direction": ([{**RULE, "direction": "sideways"}], "watch rule 1: direction"),
    "severe below the margin": ([{**RULE, "severe": 0.05}], "psi:temp: severe is 0.05, but the margin is 0.1"),
    "seasonal without a rationale": ([{**RULE, "seasonal": ""}], "watch rule 1: seasonal"),
    "two rules for one figure": ([RULE, RULE], "several watch rules for psi:temp"),
}


@pytest.mark.parametrize(("rules", "says"), BAD.values(), ids=BAD.keys())
def test_an_invalid_rule_is_refused(rules: list[dict[str, object]], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        watch_rules(rules)


def test_a_rule_is_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        WatchRule.model_validate(RULE).margin = 9.0


def test_persistence_that_requires_more_windows_than_there_are_is_refused() -> None:
    assert (Persistence().needed, Persistence().of) == (2, 3)
    with pytest.raises(ConfigurationError, match="requires 4 of 3"):
        Persistence(needed=4)
