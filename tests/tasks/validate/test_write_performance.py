"""The performance section is generated from the recorded metrics."""

from __future__ import annotations

from typing import Any

from data.records.run_context import RunContext
from data.records.version import Comparison, Metric, Section
from tasks.validate.measure_version import collect_version, measure_version
from tasks.validate.write_performance import performance_text, write_performance
from tests.judged_model import DEV, V1
from tests.world import World

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


def test_the_section_is_stored_by_digest_and_describes_these_metrics(judged: World) -> None:
    measure_version.fn(collect_version.fn(V1, "production"), RunContext(DEV, judged.now, "run-v"))
    digest = write_performance.fn(V1, RunContext(DEV, judged.now, "run-v"))
    (section,) = judged.find(Section, version=V1, name="performance")
    text = judged.artifacts.read(digest).decode()
    assert (section.text_digest, section.words, section.generated) == (digest, len(text.split()), True)
    assert section.described_digest == section.current_digest is not None
    assert "| auc | training | all |" in text
    assert write_performance.fn(V1, RunContext(DEV, judged.now, "run-v")) == digest
