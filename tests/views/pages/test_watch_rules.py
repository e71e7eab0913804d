"""A rule of a monitoring plan gives a chart its levels and its text."""

from __future__ import annotations

import pytest

from views.charts.line_chart import Level
from views.pages.watch_rules import NO_RULE, RuleFields, levels_of, rule_text

LEVELS: dict[str, tuple[RuleFields, list[tuple[str, float]]]] = {
    "upward by default": ({"margin": 0.1}, [("expected", 0.0), ("margin", 0.1)]),
    "downward from a reference": (
        {"margin": 0.02, "severe": 0.05, "reference": 0.6, "direction": "down"},
        [("expected", 0.6), ("margin", 0.58), ("severe", 0.55)],
    ),
    "both ways": (
        {"margin": 0.1, "reference": 1, "direction": "both"}, [("expected", 1.0), ("margin", 1.1), ("margin", 0.9)],
    ),
    "a margin that is no number": ({"margin": "wide"}, [("expected", 0.0)]),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), LEVELS.values(), ids=LEVELS)
def test_a_rule_has_an_expected_value_and_its_margins(rule: RuleFields, expected: list[tuple[str, float]]) -> None:
    levels = levels_of(rule, "plain")
    assert [level.kind for level in levels] == [kind for kind, _ in expected]
    assert [level.value for level in levels] == pytest.approx([value for _, value in expected])


def test_a_margin_is_named_with_its_size() -> None:
    assert [level.name for level in levels_of({"margin": 0.1, "severe": 0.25}, "plain")] == [
        "", "margin 0.1", "severe 0.25",
    ]  # fmt: skip


def test_without_a_rule_only_a_ratio_has_an_expected_value() -> None:
    assert levels_of(None, "ratio") == (Level(1.0, "expected", "as many as predicted"),)
    assert levels_of(None, "plain") == levels_of(None, "share") == ()


TEXTS: dict[str, tuple[RuleFields | None, str]] = {
    "no rule": (None, NO_RULE),
    "above zero": ({"margin": 0.1}, "more than 0.1 above 0"),
    "below, and severe": (
        {"margin": 0.02, "severe": 0.05, "reference": 0.6, "direction": "down"},
        "more than 0.02 below 0.6, severe beyond 0.05",
    ),
    "both ways": ({"margin": 0.1, "reference": 1, "direction": "both"}, "more than 0.1 away from 1"),
    "a plan of another kind": ({"limit": 0.2}, "a rule without a margin"),
}


@pytest.mark.parametrize(("rule", "text"), TEXTS.values(), ids=TEXTS)
def test_the_limits_of_a_rule_are_written_as_text(rule: RuleFields | None, text: str) -> None:
    assert rule_text(rule) == text
