"""Challenger and champion are compared on the same predictions, paired by id, resampling whole days."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.errors import LogFormatError
from data.records.run_context import RunContext
from data.records.version import Comparison
from tasks.validate.compare_champion import compare_champion
from tasks.validate.measure_version import collect_version
from tests.judged_model import DEV, V1, next_version
from tests.operations import deploy
from tests.prediction_logs import write_partition
from tests.submissions import rows, write_filled, write_rows
from tests.world import MODEL, World

HELD_OUT = rows(day="2013-03-01", seed=2)


def log_champion(world: World, score: Any = None, version: str = "1", ids: Any = None) -> None:
    """Write the champion's log of the same predictions, one partition a day."""
    moments = HELD_OUT["predicted_at"].to_pylist()
    for day in sorted({one.date() for one in moments}):
        of_day = [number for number, one in enumerate(moments) if one.date() == day]
        write_partition(world.home.logs(MODEL), day, _logged(of_day, moments, score, version, ids))


def _logged(of_day: list[int], moments: list[datetime], score: Any, version: str, ids: Any) -> pa.Table:
    scores = np.full(len(moments), 0.4) if score is None else np.asarray(score)
    return pa.table(
        {
            "prediction_id": [(ids or HELD_OUT["prediction_id"])[number] for number in of_day],
            "predicted_at": pa.array([moments[number] for number in of_day], pa.timestamp("us", tz="UTC")),
            "model_version": [version] * len(of_day),
            "consumer": ["desk"] * len(of_day),
            "distance": [1.0] * len(of_day),
            "score": scores[of_day],
        }
    )


@pytest.fixture
def challenger(validated: World, tmp_path: Path) -> str:
    """Return version 2, with version 1 as champion."""
    deploy(validated, validated.approved(V1))
    folder = write_filled(tmp_path / "submission", "ops/delay")
    (folder / "artifact" / "model.bin").write_bytes(b"another model")
    return next_version(validated, folder)


def compared(world: World, version: str) -> dict[str, Comparison]:
    count = compare_champion.fn(collect_version.fn(version, "production"), RunContext(DEV, world.now, "run-v"))
    found = {one.metric: one for one in world.find(Comparison, version=version)}
    assert {one.rows for one in found.values()} in ({count}, set())
    return found


def test_without_a_champion_nothing_is_compared(validated: World) -> None:
    events = len(validated.events())
    assert compared(validated, V1) == {}
    assert len(validated.events()) == events


def test_the_champion_is_not_compared_with_itself(validated: World, challenger: str) -> None:
    assert compared(validated, V1) == {}


def test_a_better_challenger_is_better_throughout(validated: World, challenger: str) -> None:
    log_champion(validated)
    found = compared(validated, challenger)
    assert set(found) == {"auc", "brier", "log_loss"}
    auc = found["auc"]
    assert (auc.champion, auc.rows, auc.days) == (V1, 600, 25)
    assert auc.low is not None
    assert auc.low > 0.2
    assert validated.artifacts.has(auc.evidence_digest)


def test_equal_scores_have_difference_zero(validated: World, challenger: str) -> None:
    log_champion(validated, HELD_OUT["score"])
    assert {one.difference for one in compared(validated, challenger).values()} == {0.0}


def test_rows_are_paired_by_id(validated: World, challenger: str) -> None:
    turned = list(reversed(HELD_OUT["prediction_id"]))
    log_champion(validated, list(reversed(HELD_OUT["score"])), ids=turned)
    assert compared(validated, challenger)["auc"].difference == 0.0


CANNOT = {"another version's log": {"version": "7"}, "other predictions": {"ids": [f"x-{n}" for n in range(600)]}}


@pytest.mark.parametrize("log", CANNOT.values(), ids=CANNOT)
def test_without_shared_rows_it_cannot_say(validated: World, challenger: str, log: dict[str, Any]) -> None:
    log_champion(validated, **log)
    auc = compared(validated, challenger)["auc"]
    assert (auc.difference, auc.rows, auc.days) == (None, 0, 0)
    assert auc.cannot_say


def test_without_a_log_it_cannot_say(validated: World, challenger: str) -> None:
    assert compared(validated, challenger)["auc"].difference is None


def test_an_empty_held_out_file_is_refused(validated: World, tmp_path: Path) -> None:
    deploy(validated, validated.approved(V1))
    folder = write_filled(tmp_path / "submission", "ops/delay")
    write_rows(folder / "data" / "held_out.parquet", {name: values[:0] for name, values in HELD_OUT.items()})
    version = next_version(validated, folder)
    with pytest.raises(LogFormatError, match="has no rows"):
        compared(validated, version)


def test_days_are_those_of_the_held_out_rows(validated: World, challenger: str) -> None:
    log_champion(validated)
    write_partition(validated.home.logs(MODEL), date(2013, 5, 1), pa.table({"broken": [1]}))
    assert compared(validated, challenger)["auc"].rows == 600
