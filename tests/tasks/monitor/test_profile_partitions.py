"""Each partition is counted once: a window is the sum of its days, and only new or rewritten days are counted."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.files.home import Home
from data.logs.log_fault import LogFaultKind
from data.logs.model_logs import ModelLogs
from data.records.model import ColumnMapping, Feature, Model
from monitoring.edge_placement import edges_of_table
from monitoring.scan import profile_table
from tasks.monitor import profile_partitions as module
from tasks.monitor.profile_partitions import ProfiledDays, profile_partitions
from tests.monitored_model import feature_rows
from tests.prediction_logs import DAY, days, prediction_table, write_partition

KEY = "models/ops/delay"
COLUMNS = ColumnMapping(
    features=(Feature(name="distance", kind="numeric"), Feature(name="carrier", kind="categorical"))
)
EDGES = edges_of_table(
    pa.table(feature_rows(date(2012, 1, 1), 2_000, {})), dict.fromkeys(("distance", "carrier", "score"))
)


def features(day: date, rows: int, version: str = "1", **left_out: None) -> pa.Table:
    made = {name: column for name, column in feature_rows(day, rows, {}).items() if name in ("distance", "carrier")}
    score = feature_rows(day, rows, {})["score"]
    return prediction_table(day, rows, **{**made, "score": score.to_pylist(), "model_version": version, **left_out})


def count(home: Home, version: str = "1", last: int = 6) -> ProfiledDays:
    logs = ModelLogs(home, Model.model_construct(key=KEY, columns=COLUMNS))
    return profile_partitions(logs, logs.days(DAY, DAY + days(last)), EDGES, COLUMNS, version)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


def write(home: Home, offset: int, table: pa.Table) -> None:
    write_partition(home.logs(KEY), DAY + days(offset), table)


@settings(max_examples=15, deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 60), min_size=1, max_size=7))
def test_the_window_is_the_sum_of_its_days(tmp_path_factory: pytest.TempPathFactory, rows: list[int]) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    tables = [features(DAY + days(offset), size) for offset, size in enumerate(rows)]
    for offset, table in enumerate(tables):
        write(home, offset, table)
    window = count(home).window
    (whole,) = profile_table(pa.concat_tables(tables, promote_options="default"), EDGES)
    assert window.rows == whole.rows == sum(rows)
    assert window.counts.tolist() == whole.counts.tolist()
    assert (window.moments, window.new_values) == (whole.moments, whole.new_values)


def test_a_counted_day_is_read_from_the_cache(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for offset in range(3):
        write(home, offset, features(DAY + days(offset), 30))
    first = count(home)
    counted: list[str] = []
    kernel = module.profile_files

    def noted(files: object, edges: object, partition: str, layout: object) -> object:
        counted.append(partition)
        return kernel(files, edges, partition, layout)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "profile_files", noted)
    assert count(home) == first
    assert counted == []
    write(home, 1, features(DAY + days(1), 31))
    assert count(home).window.rows == 91
    assert counted == ["2013-04-02"]


def test_versions_are_counted_separately_in_one_scan(home: Home) -> None:
    write(home, 0, pa.concat_tables([features(DAY, 10), features(DAY, 20, "2")]))
    assert [count(home, name).window.rows for name in ("1", "2", "3")] == [10, 20, 0]


def test_a_damaged_cache_entry_is_counted_again(home: Home) -> None:
    write(home, 0, features(DAY, 10))
    first = count(home)
    for entry in home.profiles.rglob("*"):
        if entry.is_file() and entry.read_bytes()[:4] == b"PAR1":
            entry.write_bytes(b"damaged")
    assert count(home).window == first.window


def test_a_missing_feature_is_a_fault_of_its_day_and_the_others_are_counted(home: Home) -> None:
    write(home, 0, features(DAY, 10, distance=None))
    write(home, 1, features(DAY + days(1), 10))
    profiled = count(home)
    assert [(fault.kind, fault.where) for fault in profiled.faults] == [(LogFaultKind.UNCOUNTED, "date=2013-04-01")]
    assert "distance is missing" in profiled.faults[0].text
    assert profiled.window.rows == 10


def test_no_days_give_an_empty_profile(home: Home) -> None:
    assert count(home).window.rows == 0
