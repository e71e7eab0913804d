"""A version's metrics are shown with their intervals, and a conclusion says no more than the interval shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data.records.version import Comparison, Metric
from views.forms.figure_lines import comparison_lines, metric_lines

V = "models/ops/delay/versions/"
AT = datetime(2013, 3, 1, tzinfo=UTC)
SAME: dict[str, Any] = {"version": f"{V}2", "evidence_digest": "sha256:0", "measured_at": AT}


def comparison(**changes: Any) -> Comparison:
    given = {"difference": None, "rows": 9_000, "days": 30, "metric": "auc", **changes}
    return Comparison(key=f"{V}2/comparisons/auc", champion=f"{V}1", **SAME, **given)


def metric(name: str = "auc", **changes: Any) -> Metric:
    given = {"dataset": "held-out", "value": 0.7, "low": 0.68, "high": 0.72, "rows": 5_000, **changes}
    return Metric(key=f"{V}2/metrics/{name}", name=name, produced_by="modelward", **SAME, **given)


COMPARED = {
    "above 0 as a whole is better": (
        {"difference": 0.02, "low": 0.01, "high": 0.03},
        "| auc | +0.0200 | +0.0100 to +0.0300 | 9,000, 30 | better |",
    ),
    "below 0 as a whole is worse": (
        {"difference": -0.02, "low": -0.03, "high": -0.01},
        "| auc | -0.0200 | -0.0300 to -0.0100 | 9,000, 30 | **worse** |",
    ),
    "around 0 shows nothing": (
        {"difference": 0.02, "low": -0.01, "high": 0.05},
        "| auc | +0.0200 | -0.0100 to +0.0500 | 9,000, 30 | no difference shown |",
    ),
    "without an interval it says nothing": (
        {"difference": 0.02},
        "| auc | +0.0200 | – | 9,000, 30 | no interval: no conclusion |",
    ),
    "what it cannot say, and why": (
        {"cannot_say": "no | labels\nyet"},
        r"| auc | – | – | 9,000, 30 | cannot say: no \| labels yet |",
    ),
}


@pytest.mark.parametrize(("changes", "row"), COMPARED.values(), ids=COMPARED)
def test_the_comparison_with_the_champion_is_a_table(changes: dict[str, Any], row: str) -> None:
    lines = comparison_lines([comparison(**changes)])
    assert (lines[1], lines[-1]) == ("#### Against the champion, ops/delay v1", row)


def test_without_comparisons_and_without_metrics_nothing_is_shown() -> None:
    assert comparison_lines([]) == metric_lines([]) == []


def test_each_metric_is_beside_its_training_value_and_slices_are_counted() -> None:
    given = [
        metric(dataset="training", value=0.9, low=None),
        metric(),
        metric(dataset="out of time", value=0.6),
        metric(slice="carrier=AA"),
        metric("brier", value=None, low=None, high=None, cannot_say="one | class"),
        metric("brier", dataset="training", value=None, low=None, high=None, cannot_say="one class"),
        metric("loss", dataset="training", value=0.1),
    ]
    assert metric_lines(given)[5:] == [
        "| auc | 0.7000 | 0.6800 to 0.7200 | 5,000 | 0.9000 |",
        "| auc, out of time | 0.6000 | 0.6800 to 0.7200 | 5,000 | 0.9000 |",
        r"| brier | cannot say: one \| class | – | 5,000 | – |",
        "| loss, training | 0.1000 | 0.6800 to 0.7200 | 5,000 | – |",
        "",
        "Metrics on slices of the data: 1 more.",
    ]
