"""A model: what it is for, who answers for it, how risky it is, and what it must live up to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Frozen, Row

Mode = Literal["observe", "warn", "enforce"]


class Feature(Frozen):
    """One input column; `source` names the upstream system it comes from."""

    name: str
    kind: Literal["numeric", "categorical"]
    source: str = ""


class ColumnMapping(Frozen):
    """How this model's Parquet logs name what modelward needs."""

    prediction_id: str = "prediction_id"
    predicted_at: str = "predicted_at"
    model_version: str = "model_version"
    consumer: str = "consumer"
    score: str = "score"
    label: str = "label"
    labelled_at: str = "labelled_at"
    features: tuple[Feature, ...] = ()


class AppliedStandard(Frozen):
    """A standard that applies to a model, how strictly, and why it was put in scope."""

    standard: str
    mode: Mode = "enforce"
    rationale: str


def enforces(standards: Iterable[AppliedStandard]) -> bool:
    """Whether any of the standards can stop a version; those that observe or warn stop nothing."""
    return any(one.mode == "enforce" for one in standards)


class Model(Row):
    """A model on the inventory; its key is `models/<team>/<name>`."""

    table: ClassVar[str] = "model"
    team: str
    name: str
    owner: str
    purpose: str
    intended_uses: tuple[str, ...]
    prohibited_uses: tuple[str, ...]
    tier: int
    tier_factors: dict[str, int]
    tier_rationale: str
    standards: tuple[AppliedStandard, ...]
    columns: ColumnMapping
    alert_route: str = ""
    runbook: str = ""
    state: Literal["active", "retired"] = "active"
    registered_at: Instant
    registered_by: str


class PlannedTest(Frozen):
    """A test with its threshold, written down before it is run.

    `at_least` says the side that passes: value ≥ threshold when true, value ≤ threshold when false.
    """

    name: str
    kind: Literal["out-of-sample", "out-of-time", "sensitivity", "stress", "benchmark", "stability", "slices"]
    metric: str
    dataset: str
    slice: str = ""
    at_least: bool = True
    threshold: float
    rationale: str


class TestPlan(Row):
    """The tests planned for a model's versions; a changed plan is a new row, and old ones stay."""

    __test__: ClassVar[bool] = False
    table: ClassVar[str] = "test_plan"
    model: str
    number: int
    tests: tuple[PlannedTest, ...]
    recorded_at: Instant
    recorded_by: str


class MonitoringPlan(Row):
    """What is watched in production, how, and from which value on; `rules` are watch rules as JSON."""

    table: ClassVar[str] = "monitoring_plan"
    model: str
    number: int
    rules: tuple[dict[str, object], ...]
    window_days: int = 7
    minimum_rows: int = 500
    persistence: tuple[int, int] = (2, 3)
    label_patience_days: int = 3
    rationale: str
    recorded_at: Instant
    recorded_by: str


class Consumer(Row):
    """A system that uses a model's output: declared by its owner, or only seen in the logs."""

    table: ClassVar[str] = "consumer"
    model: str
    system: str
    owner: str = ""
    contact: str = ""
    purpose: str = ""
    cadence_days: int = 1
    criticality: Literal["low", "medium", "high"] = "medium"
    feeds_model: str | None = None
    declared: bool
    declared_at: Instant | None = None
    first_seen_at: Instant | None = None
    last_seen_at: Instant | None = None
    rows_seen: int = 0
