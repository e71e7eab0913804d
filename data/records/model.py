"""A model: purpose, owner, risk tier and applicable standards; its test plans, monitoring plans and consumers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Frozen, Row

Mode = Literal["observe", "warn", "enforce"]


class Feature(Frozen):
    """One input column; `source` is the upstream system that provides it."""

    name: str
    kind: Literal["numeric", "categorical"]
    source: str = ""


class ColumnMapping(Frozen):
    """The names, in a model's Parquet files, of the columns that modelward needs, and its features."""

    prediction_id: str = "prediction_id"
    predicted_at: str = "predicted_at"
    model_version: str = "model_version"
    consumer: str = "consumer"
    score: str = "score"
    label: str = "label"
    labelled_at: str = "labelled_at"
    features: tuple[Feature, ...] = ()


class AppliedStandard(Frozen):
    """A standard that applies to a model, the mode (how strictly), and the reason why it applies."""

    standard: str
    mode: Mode = "enforce"
    rationale: str


def enforces(standards: Iterable[AppliedStandard]) -> bool:
    """Return True if at least one of the standards is in mode `enforce` and can therefore stop a version."""
    return any(one.mode == "enforce" for one in standards)


class Model(Row):
    """A model in the inventory; its key is `models/<team>/<name>`."""

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
    """A test with its threshold, recorded before the test is run.

    The test passes if value ≥ threshold when `at_least` is true, and if value ≤ threshold when it is false.
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
    """The tests planned for a model's versions; a changed plan is a new row, and the old rows stay."""

    __test__: ClassVar[bool] = False
    table: ClassVar[str] = "test_plan"
    model: str
    number: int
    tests: tuple[PlannedTest, ...]
    recorded_at: Instant
    recorded_by: str


class MonitoringPlan(Row):
    """The plan for monitoring a model in production; `rules` are its watch rules as JSON."""

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
    """A system that uses a model's output: declared by the model's owner, or only observed in the prediction log."""

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
