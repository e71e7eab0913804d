"""A plan that cannot mean what it says is refused, with the field and the rule named."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.errors import ConfigurationError
from monitoring.plan import STATISTICS, Direction, Persistence, WatchRule, watch_rules

RULE = {"statistic": "psi", "column": "temp", "margin": 0.1}


def test_a_rule_is_about_statistic_column_and_segment() -> None:
    first, second = watch_rules([RULE, {**RULE, "segment": "JFK", "direction": "both", "severe": 0.25}])
    assert (first.about, second.about) == ("psi:temp", "psi:temp:JFK")
    assert (first.direction, second.direction) == (Direction.UP, Direction.BOTH)


def test_the_statistics_are_those_there_are() -> None:
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
    "an unknown statistic": ([{**RULE, "statistic": "gini"}], "names the statistic gini"),
    "an unknown direction": ([{**RULE, "direction": "sideways"}], "watch rule 1: direction"),
    "severe below the margin": ([{**RULE, "severe": 0.05}], "psi:temp: severe is 0.05, the margin 0.1"),
    "seasonal without a rationale": ([{**RULE, "seasonal": ""}], "watch rule 1: seasonal"),
    "the same thing twice": ([RULE, RULE], "watched twice: psi:temp"),
}


@pytest.mark.parametrize(("rules", "says"), BAD.values(), ids=BAD.keys())
def test_a_bad_rule_is_refused(rules: list[dict[str, object]], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        watch_rules(rules)


def test_a_rule_cannot_be_changed_after_the_fact() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        WatchRule.model_validate(RULE).margin = 9.0


def test_persistence_cannot_need_more_windows_than_it_looks_at() -> None:
    assert (Persistence().needed, Persistence().of) == (2, 3)
    with pytest.raises(ConfigurationError, match="needs 4 of 3"):
        Persistence(needed=4)
