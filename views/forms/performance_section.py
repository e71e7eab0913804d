"""The performance section of the documentation: every recomputed metric, and the comparison with the champion."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.version import Comparison, Metric
from data.text.markdown_text import plain
from views.forms.markdown_table import markdown_table


def performance_text(metrics: Sequence[Metric], comparisons: Sequence[Comparison]) -> str:
    """Return Markdown: every metric with interval and rows, then the comparison with the champion."""
    lines = [
        "# Performance",
        "",
        "Recomputed from the submitted predictions; intervals are 95 %, resampling whole days.",
        "",
        *markdown_table(("metric", "dataset", "slice", "value", "interval", "rows"), map(_measured, metrics)),
    ]
    if comparisons:
        columns = ("metric", "difference", "interval", "days")
        lines += ["", "## Against the champion", "", *markdown_table(columns, map(_compared, comparisons))]
    return "\n".join(lines) + "\n"


def figure_summary(metrics: Sequence[Metric]) -> str:
    """Return the figures on all rows, like `mae 12.3000, auc cannot say`."""
    whole = [one for one in metrics if not one.slice]
    return ", ".join(f"{one.name} {_written(one.value, None, None, '')[0]}" for one in whole) or "no metric"


def _measured(metric: Metric) -> tuple[str | int, ...]:
    figures = _written(metric.value, metric.low, metric.high, metric.cannot_say)
    return (plain(metric.name), plain(metric.dataset), plain(metric.slice or "all"), *figures, metric.rows)


def _compared(comparison: Comparison) -> tuple[str | int, ...]:
    figures = _written(comparison.difference, comparison.low, comparison.high, comparison.cannot_say)
    return (plain(comparison.metric), *figures, comparison.days)


def _written(value: float | None, low: float | None, high: float | None, cannot_say: str | None) -> tuple[str, str]:
    if value is None:
        return "cannot say", plain(cannot_say or "")
    return f"{value:.4f}", "none" if low is None or high is None else f"{low:.4f} to {high:.4f}"
