"""Recompute a version's metrics from its submitted predictions, and run the planned tests on these metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.errors import NotFoundError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.evidence_in_force import evidence_in_force
from data.records.evidence import Evidence
from data.records.measurement import Measurement
from data.records.model import PlannedTest, TestPlan
from data.records.names import short
from data.records.run_context import RunContext
from data.records.version import Dataset, Metric, TestResult
from data.registry.commands.version import RecordEvidence
from data.registry.registry import Registry
from data.text.counted import counted
from monitoring.metrics import recompute, recompute_slices
from monitoring.planned_test import run_planned
from tasks.register.compare_datasets import dataset_overlap
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, step
from tasks.validate.read_predictions import FILES, Predictions, read_predictions, submission_folder

PRODUCER = "modelward"


@dataclass(frozen=True)
class MeasuredVersion:
    """One measurement on one dataset. `slice` is `column=value`, or empty for all rows."""

    dataset: str
    slice: str
    measurement: Measurement
    days: int


@step("collect evidence")
def collect_version(version: str, environment: str) -> Evidence:
    """Return the recorded evidence on a version, with the champion of an environment. Raises NotFoundError."""
    evidence = evidence_in_force(Registry.here(), version, environment).evidence
    name_step(f"collect evidence on {short(version)}", version=version)
    return evidence


@step("recompute metrics")
def measure_version(evidence: Evidence, context: RunContext) -> int:
    """Measure, store the measurements by digest and record them; return the number of metrics.

    Raises NotFoundError when no test plan is recorded, LogFormatError when the predictions cannot be read.
    """
    registry = Registry.here()
    command = measured_evidence(registry.home, evidence, moment(context.as_of))
    registry.execute(command, context)
    metrics, tests = counted(len(command.metrics), "metric"), counted(len(command.tests), "test")
    name_step(f"recompute {metrics}, run {tests}", version=command.version)
    return len(command.metrics)


def measured_evidence(home: Home, evidence: Evidence, at: datetime) -> RecordEvidence:
    """Return the command that records a version's metrics and test results.

    Raises in the same cases as `measure_version`.
    """
    version = evidence.version.key
    if not evidence.test_plans:
        raise NotFoundError(
            f"no test plan is recorded for {short(evidence.model.key)}", "write tests.yaml and register again"
        )
    plan = evidence.test_plans[-1]
    with submission_folder(home, evidence.version) as folder:
        measured = _measure(folder, evidence, plan)
        datasets = tuple(_compared(one, folder, evidence) for one in evidence.datasets if _is_uncompared(one))
    document = [{"dataset": m.dataset, "slice": m.slice, **m.measurement.model_dump(mode="json")} for m in measured]
    digest = ArtifactStore(home.artifacts).put(json.dumps(document, indent=1, sort_keys=True).encode())
    return RecordEvidence(
        version=version,
        metrics=tuple(_metric(version, one, digest, at) for one in measured),
        tests=tuple(r for t in plan.tests if (r := _result(version, plan, t, measured, digest, at)) is not None),
        datasets=datasets,
    )


def _is_uncompared(dataset: Dataset) -> bool:
    """Return True for held-out data of a version that was registered before rows were compared."""
    return dataset.role == "held-out" and dataset.kind == "content" and dataset.overlap is None


def _compared(dataset: Dataset, folder: Path, evidence: Evidence) -> Dataset:
    return dataset.model_copy(update={"overlap": dataset_overlap(folder, evidence.model.columns)})


def _measure(folder: Path, evidence: Evidence, plan: TestPlan) -> list[MeasuredVersion]:
    columns = sorted({test.slice.partition("=")[0] for test in plan.tests if test.slice})
    found: list[MeasuredVersion] = []
    for role in FILES:
        rows = read_predictions(folder, role, evidence.model.columns)
        days = len(set(rows.day.tolist()))
        found += [MeasuredVersion(role, "", one, days) for one in recompute(rows.day, rows.label, rows.score)]
        for column in columns:
            found += _sliced(rows, role, column, days)
    return found


def _sliced(rows: Predictions, role: str, column: str, days: int) -> list[MeasuredVersion]:
    measured = recompute_slices(rows.day, rows.label, rows.score, rows.column(column))
    return [MeasuredVersion(role, f"{column}={one.segment}", one, days) for one in measured]


def _metric(version: str, measured: MeasuredVersion, digest: str, at: datetime) -> Metric:
    value = measured.measurement
    key = f"{version}/metrics/{value.statistic}/{measured.dataset}" + (f"/{measured.slice}" if measured.slice else "")
    return Metric(
        key=key,
        version=version,
        name=value.statistic,
        dataset=measured.dataset,
        slice=measured.slice,
        value=value.value,
        low=value.low,
        high=value.high,
        rows=value.rows,
        days=measured.days,
        cannot_say=value.cannot_say,
        produced_by=PRODUCER,
        evidence_digest=digest,
        measured_at=at,
    )


def _result(
    version: str, plan: TestPlan, test: PlannedTest, measured: Sequence[MeasuredVersion], digest: str, at: datetime
) -> TestResult | None:
    table: Mapping[tuple[str, str, str], Measurement] = {
        (one.measurement.statistic, one.dataset, one.slice): one.measurement for one in measured
    }
    outcome = run_planned(test, table)
    if outcome is None:
        return None
    return TestResult(
        key=f"{version}/tests/{test.name}",
        version=version,
        name=test.name,
        kind=test.kind,
        value=outcome.value,
        low=outcome.low,
        high=outcome.high,
        threshold=test.threshold,
        at_least=test.at_least,
        threshold_set_at=plan.recorded_at,
        run_at=at,
        produced_by=PRODUCER,
        evidence_digest=digest,
    )
