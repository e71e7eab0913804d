"""Check the planned tests of a tests.yaml before anything is registered, and report each fault with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data.errors import SubmissionError
from data.submission.datasets import FILES
from data.submission.known_columns import KnownColumns
from data.text.near_names import did_you_mean
from data.text.yaml_text import YamlText
from monitoring.metrics import METRICS
from monitoring.planned_test import GAP, SPREAD

NAMES = (*METRICS, *(f"{name}{ending}" for ending in (GAP, SPREAD) for name in METRICS))


def check_tests(document: YamlText, known: KnownColumns) -> None:
    """Check that metric, dataset and slice of every test exist. Raises SubmissionError with all faults and lines."""
    tests = document.get("tests")
    if not isinstance(tests, list):
        return
    faults = [
        f"{document.at('tests', place, field)}: {fault}"
        for place, test in enumerate(tests)
        if isinstance(test, dict)
        for field, fault in _faults(test, known)
    ]
    if faults:
        raise SubmissionError("\n".join(faults), "correct these names in tests.yaml")


def _faults(test: Mapping[str, Any], known: KnownColumns) -> Iterator[tuple[str, str]]:
    metric, dataset, part = (str(test.get(field) or "") for field in ("metric", "dataset", "slice"))
    if metric and metric not in NAMES:
        yield "metric", f"there is no metric {metric} → {did_you_mean(metric, NAMES, _choose(METRICS))}"
    if dataset and dataset not in FILES:
        yield "dataset", f"there is no dataset {dataset} → {did_you_mean(dataset, FILES, _choose(FILES))}"
    elif metric.endswith(GAP) and dataset == "training":
        yield "dataset", f"{metric} compares training with held-out data → write `dataset: held-out`"
    yield from (("slice", fault) for fault in _slice_faults(metric, part, known.datasets.get(dataset)))


def _slice_faults(metric: str, part: str, columns: frozenset[str] | None) -> Iterator[str]:
    column, sign, _ = part.partition("=")
    if metric.endswith(SPREAD) and (not part or sign):
        yield f"{metric} compares the values of one column → write `slice: COLUMN`"
    elif metric.endswith(GAP) and part:
        yield f"{metric} is measured on all rows → remove `slice`"
    elif part and not sign and not metric.endswith(SPREAD):
        yield f"the slice {part} has no value → write `slice: {part}=VALUE`"
    if part and columns is not None and column not in columns:
        yield f"the dataset has no column {column} → {did_you_mean(column, columns, _choose(sorted(columns)))}"


def _choose(names: Any) -> str:
    return f"choose from: {', '.join(list(names)[:20])}"
