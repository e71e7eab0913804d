"""A version's metrics with their intervals as Markdown: the comparison with the champion, then its own values."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.names import short
from data.records.version import Comparison, Metric
from data.text.markdown_text import plain
from views.forms.markdown_table import markdown_table

HELD_OUT, TRAINING = "held-out", "training"
COMPARED = ("metric", "better by", "95 % interval", "rows, days", "conclusion")
MEASURED = ("metric", "value", "95 % interval", "rows", "training")


def comparison_lines(comparisons: Sequence[Comparison]) -> list[str]:
    """Return a table of the version against the champion on the same predictions; nothing without comparisons."""
    if not comparisons:
        return []
    champion = plain(short(comparisons[0].champion))
    return [
        "",
        f"#### Against the champion, {champion}",
        "",
        *markdown_table(COMPARED, map(_compared, comparisons), right=("better by", "rows, days")),
    ]


def metric_lines(metrics: Sequence[Metric]) -> list[str]:
    """Return a table of the metrics over all rows, each beside its training value; metrics of slices are only counted.

    A metric on other data than the held-out data has their name behind its own. There are five columns, because a form
    on a phone has no room for more.
    """
    whole = [one for one in metrics if not one.slice]
    if not whole:
        return []
    training = {one.name: one for one in whole if one.dataset == TRAINING}
    judged = {one.name for one in whole if one.dataset != TRAINING}
    names = list(dict.fromkeys(one.name for one in whole))
    shown = [one for one in whole if one.dataset != TRAINING or one.name not in judged]
    sliced = len(metrics) - len(whole)
    rows = [_measured(one, training.get(one.name)) for one in sorted(shown, key=lambda one: names.index(one.name))]
    return [
        "",
        "#### Measured on held-out data",
        "",
        *markdown_table(MEASURED, rows, right=("value", "rows", "training")),
        *(["", f"Metrics on slices of the data: {sliced} more."] if sliced else []),
    ]


def conclusion_of(comparison: Comparison) -> str:
    """Return what the interval of a difference shows: better, worse, or no difference."""
    if comparison.difference is None:
        return f"cannot say: {plain(comparison.cannot_say or 'no reason was given')}"
    if comparison.low is None or comparison.high is None:
        return "no interval: no conclusion"
    if comparison.low > 0:
        return "better"
    return "**worse**" if comparison.high < 0 else "no difference shown"


def _compared(comparison: Comparison) -> tuple[str, ...]:
    value = "–" if comparison.difference is None else f"{comparison.difference:+.4f}"
    size = f"{comparison.rows:,}, {comparison.days}"
    interval = _interval(comparison.low, comparison.high, "+")
    return (plain(comparison.metric), value, interval, size, conclusion_of(comparison))


def _measured(metric: Metric, training: Metric | None) -> tuple[str, ...]:
    name = metric.name if metric.dataset == HELD_OUT else f"{metric.name}, {metric.dataset}"
    value = f"cannot say: {plain(metric.cannot_say or '')}" if metric.value is None else f"{metric.value:.4f}"
    beside = "–" if training in (None, metric) or training.value is None else f"{training.value:.4f}"
    return (plain(name), value, _interval(metric.low, metric.high), f"{metric.rows:,}", beside)


def _interval(low: float | None, high: float | None, sign: str = "") -> str:
    return "–" if low is None or high is None else f"{low:{sign}.4f} to {high:{sign}.4f}"
