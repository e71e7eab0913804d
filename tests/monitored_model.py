r"""A serving model with a monitoring plan, its reference, and logs that agree with the reference or do not.

monitored = deploy_monitored_model(world)                       version 1 serves since March 2013
monitored.log(DAY, weeks=1)                                     a week of unshifted predictions and labels
monitored.log(DAY, weeks=1, shift={"distance": 2.0})            the same, one column shifted by 2 deviations
monitored.monitor(DAY + days(6))                                monitor the week that ends on that day
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pytest

from data.records.model import ColumnMapping, Feature
from data.records.monitoring import NightOutcome
from data.records.names import version_key
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.model import RecordMonitoringPlan
from monitoring.edge_placement import edges_of_table
from monitoring.scan import profile_table
from monitoring.scores import count_scores
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.monitor_chunk import monitor_chunk
from tasks.monitor.record_windows import record_night
from tasks.register.build_reference import Reference, store_reference
from tests.operations import deploy
from tests.prediction_logs import INSTANT, days, ids_of, midnight, write_partition
from tests.world import MODEL, Template, World

ROWS = 300
CARRIERS = ("AA", "B6", "UA")
RULES: tuple[Mapping[str, Any], ...] = (
    {"statistic": "psi", "column": "distance", "margin": 0.1, "severe": 5.0},
    {"statistic": "psi", "column": "temp", "margin": 0.1, "severe": 5.0, "seasonal": "follows the weather"},
    {
        "statistic": "calibration",
        "column": "score",
        "direction": "both",
        "reference": 1.0,
        "margin": 0.1,
        "severe": 0.6,
    },
)


def feature_rows(day: date, rows: int, shift: Mapping[str, float]) -> dict[str, pa.Array]:
    """Return features, score and label of a day, equal for equal days.

    `shift` moves columns, in standard deviations.
    """
    rng = np.random.default_rng(crc32(day.isoformat().encode()))
    distance = rng.normal(1_000.0 + 100.0 * shift.get("distance", 0.0), 100.0, rows)
    temp = rng.normal(50.0 + 10.0 * shift.get("temp", 0.0), 10.0, rows)
    score = rng.beta(2.0, 5.0, rows)
    rate = np.clip(score * (1.0 + shift.get("label", 0.0)), 0.0, 1.0)
    return {
        "distance": pa.array(distance),
        "temp": pa.array(temp),
        "carrier": pa.array(rng.choice(CARRIERS, rows).tolist()),
        "score": pa.array(score),
        "label": pa.array((rng.random(rows) < rate).astype(np.float64)),
    }


def reference(rows: int = 20_000) -> str:
    """Store a reference of unshifted rows in the artifact store of MODELWARD_HOME; return its digest."""
    table = pa.table(feature_rows(date(2012, 1, 1), rows, {}))
    kinds = dict.fromkeys(("distance", "temp", "carrier", "score"))
    edges = edges_of_table(table, kinds)
    roles = ("training", "held-out")
    profiles = {role: profile_table(table, edges, role)[0] for role in roles}
    counted = count_scores(table["score"].to_numpy(), table["label"].to_numpy())
    return store_reference(Reference(edges, profiles, dict.fromkeys(roles, counted)))


@dataclass
class ServingModel:
    """A version that serves, with its world; its logs are below the home of the world."""

    world: World
    version: str

    @property
    def predictions(self) -> Path:
        """Return the folder of the prediction log."""
        return self.world.home.logs(MODEL)

    @property
    def labels(self) -> Path:
        """Return the folder of the label log."""
        return self.world.home.labels(MODEL)

    def log(
        self,
        first: date,
        weeks: int = 1,
        *,
        shift: Mapping[str, float] | None = None,
        rows: int = ROWS,
        version: str = "1",
        labels_after: int | None = 1,
    ) -> None:
        """Log weeks of predictions from a day on, with labels `labels_after` days later (None: no labels)."""
        for offset in range(7 * weeks):
            self.log_day(first + days(offset), shift or {}, rows, version, labels_after)

    def log_day(
        self, day: date, shift: Mapping[str, float], rows: int = ROWS, version: str = "1", labels_after: int | None = 1
    ) -> None:
        """Log one day of predictions, and its labels."""
        made = feature_rows(day, rows, shift)
        label = made.pop("label")
        ids = pa.array(ids_of(day, rows))
        times = pa.array([midnight(day) + timedelta(seconds=60 * number % 86_400) for number in range(rows)], INSTANT)
        logged = {"prediction_id": ids, "predicted_at": times, "model_version": pa.array([version] * rows), **made}
        logged["consumer"] = pa.array(["desk" if number % 4 else "gates" for number in range(rows)])
        write_partition(self.predictions, day, pa.table(logged))
        if labels_after is not None:
            known = day + days(labels_after)
            known_at = pa.array([midnight(known) + timedelta(hours=6)] * rows, INSTANT)
            table = pa.table({"prediction_id": ids, "label": label, "labelled_at": known_at})
            write_partition(self.labels, known, table, f"of-{day}")

    def replace_rules(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Record another monitoring plan, which is in force at once."""
        record_plan(self.world, rules)

    def monitor(self, through: date, *, at: datetime | None = None) -> NightOutcome:
        """Monitor the window that ends on `through`, by default at noon four days later, when the labels are mature."""
        as_of = at or midnight(through + days(4)) + timedelta(hours=12)
        nights = monitor_chunk.fn(find_monitored_models.fn([MODEL], through), through, as_of)
        actor = Actor(id="modelward", auth="service")
        (outcome,) = record_night(nights, RunContext(actor, as_of, "run-night"))
        return outcome


def deploy_monitored_model(
    world: World, rules: Sequence[Mapping[str, Any]] = RULES, *, with_reference: bool = True, **plan: Any
) -> ServingModel:
    """Register, approve and deploy a model with a monitoring plan; return it."""
    features = [Feature(name=name, kind="numeric") for name in ("distance", "temp")]
    columns = ColumnMapping(features=(*features, Feature(name="carrier", kind="categorical")))
    version = world.version(reference_digest=reference() if with_reference else None)
    assert version == version_key(MODEL, 1)
    world.model(columns=columns, alert_route="delay-oncall", runbook="runbooks/delay.md")
    record_plan(world, rules, **plan)
    deploy(world, world.approved(world.validated(version)))
    return ServingModel(world, version)


def record_plan(world: World, rules: Sequence[Mapping[str, Any]], **plan: Any) -> None:
    """Record a monitoring plan of the model."""
    fields = {"minimum_rows": 500, "rationale": "weeks, because weekdays differ", **plan}
    world.do(RecordMonitoringPlan(model=MODEL, rules=tuple(dict(one) for one in rules), **fields))


@pytest.fixture(scope="session")
def monitored_template(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world, built once a session, in which version 1 of the model serves under a monitoring plan."""
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(tmp_path_factory.mktemp("monitored") / "home", patch)
        deploy_monitored_model(world)
        return Template(world.home.root, world.now)


@pytest.fixture
def monitored(monitored_template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServingModel:
    """A copy of that world for one test; MODELWARD_HOME refers to it."""
    return ServingModel(monitored_template.copy(tmp_path / "home", monkeypatch), "models/ops/delay/versions/1")
