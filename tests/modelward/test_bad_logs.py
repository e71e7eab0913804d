"""Faulty logs, on the command line: monitoring continues, and prints, records and alerts on each fault."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.records.monitoring import MonitoringRun
from tests.atomicity_checks import check_atomicity
from tests.judged_model import V1
from tests.modelward.conftest import Cli
from tests.monitored_model import ROWS, ServingModel, deploy_monitored_model
from tests.operations import prepared
from tests.prediction_logs import DAY, days, label_table, midnight, write_partition
from tests.world import Template

pytestmark = pytest.mark.usefixtures("prefect_server")

END = DAY + days(6)
NIGHT = midnight(END + days(4)) + timedelta(hours=12)


@pytest.fixture(scope="module")
def found_monitored(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world with a serving model and a week of logs without faults."""
    root = tmp_path_factory.mktemp("monitored") / "home"
    return prepared(founded, root, lambda world: deploy_monitored_model(world).log(DAY))


@pytest.fixture
def monitored(found_monitored: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServingModel:
    """A copy of that world."""
    return ServingModel(found_monitored.copy(tmp_path / "home", monkeypatch), V1)


def spoil_log(**columns: Any) -> Callable[[ServingModel], object]:
    """Replace columns of the last day's predictions; a column given as None is removed."""

    def spoil(monitored: ServingModel) -> None:
        (file,) = (monitored.predictions / f"date={END}").glob("*.parquet")
        stored = pq.ParquetFile(file).read()
        values = {name: stored[name] for name in stored.column_names} | columns
        pq.write_table(pa.table({name: column for name, column in values.items() if column is not None}), file)

    return spoil


def log_orphans(monitored: ServingModel) -> None:
    write_partition(monitored.labels, END, label_table(END, DAY - days(60)), "of-nobody")


LOGS: Mapping[str, tuple[Callable[[ServingModel], object], str, str, str, int]] = {
    "a mapped column missing": (spoil_log(score=None), "column score is missing", "write the column", "page", 6 * ROWS),
    "a column of another type": (
        spoil_log(score=["x"] * ROWS),
        "column score has type str",
        "as a number",
        "page",
        6 * ROWS,
    ),
    "NaN scores": (
        spoil_log(score=[np.nan] * ROWS),
        "null, NaN or outside 0 to 1 in 300 of 300",
        "write a prob",
        "page",
        7 * ROWS,
    ),
    "duplicate ids": (
        spoil_log(prediction_id=["x"] * ROWS),
        "an earlier id is repeated in 299 of 300",
        "a different id",
        "page",
        7 * ROWS,
    ),
    "no day at all": (
        lambda w: shutil.rmtree(w.predictions),
        "nothing is logged",
        "add the log of that day",
        "page",
        0,
    ),
    "labels without a prediction": (
        log_orphans,
        "100 labels have no logged prediction",
        "write the same pred",
        "warning",
        7 * ROWS,
    ),
}


@pytest.mark.parametrize(("spoil", "what", "remedy", "level", "counted"), LOGS.values(), ids=LOGS)
def test_a_faulty_log_is_printed_recorded_and_alerted(
    monitored: ServingModel,
    cli: Cli,
    spoil: Callable[[ServingModel], object],
    what: str,
    remedy: str,
    level: str,
    counted: int,
) -> None:
    """Check that a fault is printed, recorded with the window and alerted, and that monitoring itself succeeds."""
    spoil(monitored)
    with check_atomicity(monitored.world, cli, "monitoring.recorded"):
        result = cli("monitor", "delay", "--through", END, "--by", "otto", "--as-of", NIGHT.isoformat())
    assert (result.code, result.err) == (0, "monitoring the logs\n")
    lines = [one for one in result.out.splitlines() if what in one]
    assert lines
    assert all(remedy in one.partition(" → ")[2] for one in lines)
    (run,) = monitored.world.find(MonitoringRun)
    assert (run.rows, any(what in one for one in run.faults)) == (counted, True)
    (alert,) = [one for one in cli("alerts", "list", "--json").json if what in str(one)]
    assert (alert["level"], remedy in str(alert)) == (level, True)
