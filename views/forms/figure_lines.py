"""A version's figures for people: against the champion first, then its own, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.names import short
from data.records.version import Comparison, Metric
from data.text.markdown_text import plain

HELD_OUT, TRAINING = "held-out", "training"


def comparison_lines(comparisons: Sequence[Comparison]) -> list[str]:
    """The challenger against the champion on the same predictions; nothing without a champion."""
    if not comparisons:
        return []
    champion = plain(short(comparisons[0].champion))
    return [
        "",
        f"#### Against the champion, {champion}",
        "",
        "| metric | better by | 95 % interval | rows, days | says |",
        "|---|--:|---|--:|---|",
        *(_compared(one) for one in comparisons),
    ]


def metric_lines(metrics: Sequence[Metric]) -> list[str]:
    """Metrics over all rows, those of other than held-out data say so; beside each what it was on the rows learnt from.
    Those of slices are counted. Five narrow columns: a form in a telephone has room for no more.
    """
    whole = [one for one in metrics if not one.slice]
    if not whole:
        return []
    learnt = {one.name: one for one in whole if one.dataset == TRAINING}
    judged = {one.name for one in whole if one.dataset != TRAINING}
    names = list(dict.fromkeys(one.name for one in whole))
    shown = [one for one in whole if one.dataset != TRAINING or one.name not in judged]
    sliced = len(metrics) - len(whole)
    return [
        "",
        "#### Measured on held-out data",
        "",
        "| metric | value | 95 % interval | rows | training |",
        "|---|--:|---|--:|--:|",
        *(_measured(one, learnt.get(one.name)) for one in sorted(shown, key=lambda one: names.index(one.name))),
        *(["", f"Figures of slices of the data: {sliced} more."] if sliced else []),
    ]


def verdict_of(one: Comparison) -> str:
    """What a difference says: better, worse, or that no difference is shown."""
    if one.difference is None:
        return f"cannot say: {plain(one.cannot_say or 'no reason was given')}"
    if one.low is None or one.high is None:
        return "no interval, so nothing"
    if one.low > 0:
        return "better"
    return "**worse**" if one.high < 0 else "no difference shown"


def _compared(one: Comparison) -> str:
    value = "–" if one.difference is None else f"{one.difference:+.4f}"
    seen = f"{one.rows:,}, {one.days}"
    return f"| {plain(one.metric)} | {value} | {_interval(one.low, one.high, '+')} | {seen} | {verdict_of(one)} |"


def _measured(one: Metric, learnt: Metric | None) -> str:
    name = one.name if one.dataset == HELD_OUT else f"{one.name}, {one.dataset}"
    value = f"cannot say: {plain(one.cannot_say or '')}" if one.value is None else f"{one.value:.4f}"
    beside = "–" if learnt in (None, one) or learnt.value is None else f"{learnt.value:.4f}"
    return f"| {plain(name)} | {value} | {_interval(one.low, one.high)} | {one.rows:,} | {beside} |"


def _interval(low: float | None, high: float | None, sign: str = "") -> str:
    return "–" if low is None or high is None else f"{low:{sign}.4f} to {high:{sign}.4f}"
