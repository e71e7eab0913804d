"""The figures of a version as Markdown: its comparison with the champion, its metrics, and its calibration."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.evidence import Evidence
from data.records.names import short
from data.records.version import Comparison
from data.text.markdown_text import plain
from monitoring.score_groups import ScoreGroup
from views.charts.svg_intervals import IntervalRow, Look, interval_picture
from views.forms.figure_lines import comparison_lines, metric_lines
from views.forms.markdown_table import markdown_table


def performance_lines(evidence: Evidence, groups: Sequence[ScoreGroup]) -> list[str]:
    """Return Markdown: comparison with the champion, metrics, and the calibration in tenths by score."""
    return [
        f"### Performance of {plain(short(evidence.version.key))}",
        *comparison_lines(evidence.comparisons),
        *comparison_picture(evidence.comparisons),
        *metric_lines(evidence.metrics),
        *calibration_lines(groups),
    ]


def comparison_picture(compared: Sequence[Comparison]) -> list[str]:
    """Draw the differences with their intervals; values right of the line favour the challenger."""
    rows = [IntervalRow(one.metric, one.difference, one.low, one.high, _signed(one), _look(one)) for one in compared]
    return interval_picture("Advantage over the champion, with 95 % intervals", rows, 0.0, "no difference")


def calibration_lines(groups: Sequence[ScoreGroup]) -> list[str]:
    """Return a table and a picture of the calibration in tenths by score.

    The vertical mark in the picture is the mean score of the tenth.
    """
    if not groups:
        return []
    rows = [
        IntervalRow(
            f"mean score {one.score:.3f}",
            one.rate,
            one.low,
            one.high,
            f"observed {one.rate:.3f}",
            _met(one),
            one.score,
        )
        for one in groups
    ]
    columns = ("mean score", "observed rate", "95 % interval", "rows")
    cells = [
        (f"{one.score:.4f}", f"{one.rate:.4f}", f"{one.low:.4f} to {one.high:.4f}", f"{one.rows:,}") for one in groups
    ]
    return [
        "",
        "#### Calibration on held-out data",
        *interval_picture("Observed rate in each tenth of the scores; the bar is the mean score", rows),
        "",
        *markdown_table(columns, cells, right=("mean score", "observed rate", "rows")),
    ]


def _signed(comparison: Comparison) -> str:
    return f"{comparison.difference:+.4f}" if comparison.difference is not None else ""


def _look(comparison: Comparison) -> Look:
    if comparison.high is not None and comparison.high < 0:
        return "bad"
    return "plain" if comparison.low is not None and comparison.low > 0 else "warned"


def _met(group: ScoreGroup) -> Look:
    return "plain" if group.low <= group.score <= group.high else "warned"
