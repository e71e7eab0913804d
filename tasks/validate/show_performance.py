"""Show on the run's page a version's metrics, its comparison with the champion, and its calibration."""

from __future__ import annotations

from collections.abc import Sequence

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.evidence_in_force import evidence_in_force
from data.records.names import short
from data.records.version import Comparison, Version
from data.registry.registry import Registry
from monitoring.score_groups import ScoreGroup, score_groups
from tasks.register.build_reference import read_reference
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.charts.svg_intervals import IntervalRow, Look, interval_picture
from views.evidence_address import version_page
from views.forms.figure_lines import comparison_lines, metric_lines
from views.forms.markdown_table import markdown_table


def show_performance(key: str) -> None:
    """Create one Prefect artifact with metrics, comparison and calibration."""
    registry = Registry.here()
    evidence = evidence_in_force(registry, key).evidence
    version, metrics, compared = evidence.version, evidence.metrics, evidence.comparisons
    lines = [
        f"### Performance of {short(key)}",
        *comparison_lines(compared),
        *comparison_picture(compared),
        *metric_lines(metrics),
        *calibration_lines(held_out_groups(registry.home, version)),
        *evidence_line(version_page(key), key),
    ]
    create_prefect_artifact("performance", key, lines, f"figures of {short(key)}")


def held_out_groups(home: Home, version: Version) -> tuple[ScoreGroup, ...]:
    """Return the held-out predictions in tenths by score; empty when no scores are stored with the reference."""
    if version.reference_digest is None:
        return ()
    try:
        scores = read_reference(ArtifactStore(home.artifacts), version.reference_digest).scores.get("held-out")
    except ModelwardError:
        return ()
    return score_groups(scores) if scores is not None else ()


def comparison_picture(compared: Sequence[Comparison]) -> list[str]:
    """Draw the differences with their intervals; values right of the line favour the challenger."""
    rows = [IntervalRow(one.metric, one.difference, one.low, one.high, _signed(one), _look(one)) for one in compared]
    return interval_picture("Better than the champion by, with 95 % intervals", rows, 0.0, "no difference")


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
            f"{one.rate:.3f} came true",
            _met(one),
            one.score,
        )
        for one in groups
    ]
    columns = ("mean score", "share that came true", "95 % interval", "rows")
    cells = [
        (f"{one.score:.4f}", f"{one.rate:.4f}", f"{one.low:.4f} to {one.high:.4f}", f"{one.rows:,}") for one in groups
    ]
    return [
        "",
        "#### Calibration on held-out data",
        *interval_picture("Share that came true in each tenth; the bar is what the scores said", rows),
        "",
        *markdown_table(columns, cells, right=("mean score", "share that came true", "rows")),
    ]


def _signed(comparison: Comparison) -> str:
    return f"{comparison.difference:+.4f}" if comparison.difference is not None else ""


def _look(comparison: Comparison) -> Look:
    if comparison.high is not None and comparison.high < 0:
        return "bad"
    return "plain" if comparison.low is not None and comparison.low > 0 else "warned"


def _met(group: ScoreGroup) -> Look:
    return "plain" if group.low <= group.score <= group.high else "warned"
