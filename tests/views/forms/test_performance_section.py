"""The performance section has a row for each recorded metric and comparison, text escaped."""

from __future__ import annotations

from typing import Any

from data.records.version import Comparison, Metric
from tests.judged_model import V1
from views.forms.performance_section import figure_summary, performance_text

MEASURED: dict[str, Any] = {
    "evidence_digest": "sha256:0",
    "measured_at": "2013-03-01T00:00:00Z",
    "rows": 600,
    "days": 25,
}


def metric(**changes: Any) -> Metric:
    values = {"key": "m", "version": V1, "name": "auc", "dataset": "held-out", "value": 0.81234, "produced_by": "us"}
    return Metric.model_validate({**MEASURED, **values, "low": 0.78, "high": 0.84, **changes})


def comparison(**changes: Any) -> Comparison:
    values = {"key": "c", "version": V1, "champion": "v0", "metric": "brier", "difference": -0.01}
    return Comparison.model_validate({**MEASURED, **values, "low": None, "high": None, **changes})


def test_each_metric_has_a_table_row() -> None:
    lines = performance_text([metric(), metric(slice="carrier=UA", low=None, high=None)], []).splitlines()
    assert lines[0] == "# Performance"
    assert lines[-2:] == [
        "| auc | held-out | all | 0.8123 | 0.7800 to 0.8400 | 600 |",
        "| auc | held-out | carrier=UA | 0.8123 | none | 600 |",
    ]


def test_a_metric_that_cannot_say_shows_the_reason() -> None:
    unknown = {"value": None, "low": None, "high": None, "cannot_say": "one class only"}
    assert "| cannot say | one class only | 600 |" in performance_text([metric(**unknown)], [])


def test_the_comparison_with_the_champion_comes_last() -> None:
    silent = {"difference": None, "cannot_say": "nothing shared"}
    compared = [comparison(), comparison(metric="auc", low=0.01, high=0.02), comparison(**silent)]
    text = performance_text([metric()], compared)
    assert text.partition("## Against the champion")[2].splitlines()[4:] == [
        "| brier | -0.0100 | none | 25 |",
        "| auc | -0.0100 | 0.0100 to 0.0200 | 25 |",
        "| brier | cannot say | nothing shared | 25 |",
    ]


def test_text_of_a_slice_cannot_add_a_cell() -> None:
    row = performance_text([metric(slice="carrier=U|A")], []).splitlines()[-1]
    assert row == r"| auc | held-out | carrier=U\|A | 0.8123 | 0.7800 to 0.8400 | 600 |"


def test_the_summary_has_the_figures_on_all_rows() -> None:
    unknown = metric(name="mae", value=None, cannot_say="one class only")
    assert figure_summary([metric(), metric(slice="carrier=UA"), unknown]) == "auc 0.8123, mae cannot say"
    assert figure_summary([]) == "no metric"
