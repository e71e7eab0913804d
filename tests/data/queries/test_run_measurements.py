"""Of years of monitoring runs one year is drawn: the latest runs, one run a week before them, and those with alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.files.artifacts import ArtifactStore
from data.logs.measurements import to_bytes
from data.queries.run_measurements import RunMeasurements, drawn_runs, read_measurements
from data.records.monitoring import Alert, MonitoringRun
from tests.views.pages.test_monitoring_charts import FIRST, measured
from tests.world import MODEL

LAST = date(2013, 12, 31)
NOW = datetime(2014, 1, 1, tzinfo=UTC)


def run(ago: int, **changes: object) -> MonitoringRun:
    last = LAST - timedelta(days=ago)
    given = {
        "key": f"{MODEL}/monitoring/{last}", "model": MODEL, "plan": f"{MODEL}/monitoring-plans/1", "run_id": "r",
        "from_date": f"{last - timedelta(days=6)}", "to_date": f"{last}", "versions": (FIRST,), "rows": 900,
        "labelled": 9_000, "partitions": (), "measurements_digest": "", "counts": {"quiet": 1}, "outcomes": {},
        "ran_at": NOW, "headline": {"coverage": 0.97},
    }  # fmt: skip
    return MonitoringRun.model_validate({**given, **changes})


def alert(number: int, ago: int) -> Alert:
    day = f"{LAST - timedelta(days=ago)}"
    return Alert(
        key=f"{MODEL}/alerts/{number}", model=MODEL, version=FIRST, number=number, about="psi:distance", level="page",
        text="it moved", first_window=day, last_window=day, opened_at=NOW, changed_at=NOW,
    )  # fmt: skip


def ages(runs: Iterable[MonitoringRun]) -> list[int]:
    return [(LAST - date.fromisoformat(one.to_date)).days for one in runs]


NIGHTLY = [run(ago) for ago in range(3 * 365)]
DRAWN: dict[str, tuple[list[MonitoringRun], list[Alert], list[int]]] = {
    "no night": ([], [], []),
    "a few nights": ([run(ago) for ago in range(10)], [], list(range(9, -1, -1))),
    "a year, a week each": ([run(7 * week) for week in range(52)], [], [7 * week for week in range(51, -1, -1)]),
    "years, a week each": ([run(7 * week) for week in range(200)], [], [7 * week for week in range(52, -1, -1)]),
    "years, night by night": (NIGHTLY, [], [*range(364, 34, -7), *range(31, -1, -1)]),
    "nights in which an alert began": (
        [run(ago) for ago in range(60)], [alert(1, 38), alert(2, 44), alert(3, 200)],
        [56, 49, 44, 42, 38, 35, *range(31, -1, -1)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("runs", "alerts", "drawn"), DRAWN.values(), ids=DRAWN)
def test_the_runs_drawn_of(runs: list[MonitoringRun], alerts: list[Alert], drawn: list[int]) -> None:
    assert ages(drawn_runs(reversed(runs), alerts)) == drawn


def test_a_run_with_missing_measurements_is_reported(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    kept = run(7, measurements_digest=store.put(to_bytes([measured(1)])))

    read, unreadable = read_measurements(store, [kept, run(0, measurements_digest="sha256:" + "0" * 64)])

    assert read == [RunMeasurements(kept, (measured(1),))]
    assert [one.partition(":")[0] for one in unreadable] == ["2013-12-31"]
