"""The levels and the text that a chart shows for a watch rule of a monitoring plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from views.charts.line_chart import Level, Number

RuleFields = Mapping[str, object]
NO_RULE = "no rule"


def levels_of(rule: RuleFields | None, number: Number) -> tuple[Level, ...]:
    """Return the expected value, margins and severe margins of a rule; without a rule, the value 1 for a ratio."""
    if rule is not None:
        return tuple(_levels(rule))
    return (Level(1.0, "expected", "as many as predicted"),) if number == "ratio" else ()


def rule_text(rule: RuleFields | None) -> str:
    """Return the limits of a rule as text."""
    if rule is None:
        return NO_RULE
    margin, severe = _number(rule, "margin"), _number(rule, "severe")
    if margin is None:
        return "a rule without a margin"
    way = {"up": "above", "down": "below"}.get(str(rule.get("direction", "up")), "away from")
    grave = f", severe beyond {severe:g}" if severe is not None else ""
    return f"more than {margin:g} {way} {_number(rule, 'reference') or 0.0:g}{grave}"


def _levels(rule: RuleFields) -> Iterator[Level]:
    reference, direction = _number(rule, "reference") or 0.0, rule.get("direction", "up")
    signs = [sign for sign, ways in ((1, ("up", "both")), (-1, ("down", "both"))) if direction in ways]
    yield Level(reference, "expected", "")
    for kind in ("margin", "severe"):
        away = _number(rule, kind)
        if away is not None:
            for sign in signs:
                yield Level(reference + sign * away, "margin" if kind == "margin" else "severe", f"{kind} {away:g}")


def _number(rule: RuleFields, name: str) -> float | None:
    value = rule.get(name)
    return float(value) if isinstance(value, (int, float)) else None
