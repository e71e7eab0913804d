"""A model that serves and is watched, in the small world: its reference, and logs that look like it or do not.

watch = watched_model(world)                                    version 1 serves since March 2013
watch.log(DAY, weeks=1)                                         a quiet week of predictions with their labels
watch.log(DAY, weeks=1, shift={"distance": 2.0})                the same with a column moved by 2 deviations
watch.night(DAY + days(6))                                      the watch of the week ending that day, next noon
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
from data.records.names import version_key
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.model import RecordMonitoringPlan
from monitoring.edge_placement import edges_of_table
from monitoring.scan import profile_table
from monitoring.scores import count_scores
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.record_windows import NightOutcome, record_night
from tasks.monitor.watch_models import watch_models
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
    """Features, score and label of a day, the same for the same day; `shift` moves a column by its deviations."""
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
    """A reference of quiet rows in the artifact store of MODELWARD_HOME; its digest."""
    table = pa.table(feature_rows(date(2012, 1, 1), rows, {}))
    kinds = dict.fromkeys(("distance", "temp", "carrier", "score"))
    edges = edges_of_table(table, kinds)
    roles = ("training", "held-out")
    profiles = {role: profile_table(table, edges, role)[0] for role in roles}
    counted = count_scores(table["score"].to_numpy(), table["label"].to_numpy())
    return store_reference(Reference(edges, profiles, dict.fromkeys(roles, counted)))


@dataclass
class WatchedModel:
    """The model with its world; logs are written under the world's home."""

    world: World
    version: str

    @property
    def predictions(self) -> Path:
        """Its prediction log."""
        return self.world.home.logs(MODEL)

    @property
    def labels(self) -> Path:
        """Its label log."""
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
        """Quiet or shifted weeks from a day on, labels a few days later (None: never)."""
        for offset in range(7 * weeks):
            self.log_day(first + days(offset), shift or {}, rows, version, labels_after)

    def log_day(
        self, day: date, shift: Mapping[str, float], rows: int = ROWS, version: str = "1", labels_after: int | None = 1
    ) -> None:
        """One day of it."""
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

    def night(self, through: date, *, at: datetime | None = None) -> NightOutcome:
        """The watch of the window ending `through`, at noon four days later, so that the labels are mature."""
        as_of = at or midnight(through + days(4)) + timedelta(hours=12)
        nights = watch_models.fn(find_monitored_models.fn([MODEL], through), through, as_of)
        actor = Actor(id="modelward", auth="service")
        (outcome,) = record_night(nights, RunContext(actor, as_of, "run-night"))
        return outcome


def watched_model(
    world: World, rules: Sequence[Mapping[str, Any]] = RULES, *, with_reference: bool = True, **plan: Any
) -> WatchedModel:
    """A registered, approved and deployed model with a monitoring plan; it serves from the founding on."""
    features = [Feature(name=name, kind="numeric") for name in ("distance", "temp")]
    columns = ColumnMapping(features=(*features, Feature(name="carrier", kind="categorical")))
    version = world.version(reference_digest=reference() if with_reference else None)
    assert version == version_key(MODEL, 1)
    world.model(columns=columns, alert_route="delay-oncall", runbook="runbooks/delay.md")
    fields = {"minimum_rows": 500, "rationale": "weeks, because weekdays differ", **plan}
    world.do(RecordMonitoringPlan(model=MODEL, rules=tuple(dict(one) for one in rules), **fields))
    deploy(world, world.approved(world.validated(version)))
    return WatchedModel(world, version)


@pytest.fixture(scope="session")
def watched(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world in which version 1 of the model serves under a monitoring plan."""
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(tmp_path_factory.mktemp("watched") / "home", patch)
        watched_model(world)
        return Template(world.home.root, world.now)


@pytest.fixture
def watch(watched: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatchedModel:
    """A copy of that world; MODELWARD_HOME names it."""
    return WatchedModel(watched.copy(tmp_path / "home", monkeypatch), "models/ops/delay/versions/1")
