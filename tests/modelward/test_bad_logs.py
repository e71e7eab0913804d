"""Logs that cannot be used, at the real command line: the watch goes on, says it, records it and calls somebody."""

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
from tests.atomicity_checks import nothing_half_done
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
def found_watched(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world with a model that serves and a week of quiet logs."""
    root = tmp_path_factory.mktemp("monitored") / "home"
    return prepared(founded, root, lambda world: deploy_monitored_model(world).log(DAY))


@pytest.fixture
def monitored(found_watched: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServingModel:
    """A copy of it."""
    return ServingModel(found_watched.copy(tmp_path / "home", monkeypatch), V1)


def spoil_log(**columns: Any) -> Callable[[ServingModel], object]:
    """Columns of the last day's predictions as given, or left out as None."""

    def spoil(monitored: ServingModel) -> None:
        (file,) = (monitored.predictions / f"date={END}").glob("*.parquet")
        held = pq.ParquetFile(file).read()
        told = {name: held[name] for name in held.column_names} | columns
        pq.write_table(pa.table({name: values for name, values in told.items() if values is not None}), file)

    return spoil


def log_orphans(monitored: ServingModel) -> None:
    write_partition(monitored.labels, END, label_table(END, DAY - days(60)), "of-nobody")


LOGS: Mapping[str, tuple[Callable[[ServingModel], object], str, str, str, int]] = {
    "a mapped column missing": (spoil_log(score=None), "column score is missing", "write the column", "page", 6 * ROWS),
    "a column of another type": (spoil_log(score=["x"] * ROWS), "column score is str", "as a number", "page", 6 * ROWS),
    "NaN scores": (spoil_log(score=[np.nan] * ROWS), "300 of 300 scores are null, NaN", "one prob", "page", 7 * ROWS),
    "ids twice": (
        spoil_log(prediction_id=["x"] * ROWS),
        "299 of 300 rows repeat an id",
        "of its own",
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
    "labels of nobody": (log_orphans, "100 labels belong to no logged", "write the same pred", "warning", 7 * ROWS),
}


@pytest.mark.parametrize(("spoil", "what", "remedy", "level", "counted"), LOGS.values(), ids=LOGS)
def test_a_log_with(
    monitored: ServingModel,
    cli: Cli,
    spoil: Callable[[ServingModel], object],
    what: str,
    remedy: str,
    level: str,
    counted: int,
) -> None:
    """What cannot be used is no failure of the watch: it is said, recorded with the window, and somebody is called."""
    spoil(monitored)
    with nothing_half_done(monitored.world, cli, "monitoring.recorded"):
        result = cli("monitor", "delay", "--through", END, "--by", "otto", "--as-of", NIGHT.isoformat())
    assert (result.code, result.err) == (0, "")
    told = [one for one in result.out.splitlines() if what in one]
    assert told
    assert all(remedy in one.partition(" → ")[2] for one in told)
    (run,) = monitored.world.find(MonitoringRun)
    assert (run.rows, any(what in one for one in run.faults)) == (counted, True)
    (alert,) = [one for one in cli("alerts", "list", "--json").json if what in str(one)]
    assert (alert["level"], remedy in str(alert)) == (level, True)
