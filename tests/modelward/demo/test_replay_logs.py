"""The replayed logs: one partition for each day, the serving version, three consumers, labels by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from modelward.demo import replay_logs, train
from modelward.demo.flights import FEATURES, flights_between

MONDAY, THURSDAY, SUNDAY = date(2013, 4, 22), date(2013, 4, 25), date(2013, 4, 28)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]


class Constant:
    """A classifier with a constant score, instead of a fitted one."""

    def __init__(self, score: float) -> None:
        self.score = score

    def predict_proba(self, X: object) -> train.Scores:  # noqa: N803
        return np.full((len(X), 2), self.score)  # type: ignore[arg-type]


MODELS = {"1": train.FittedModel(Constant(0.25)), "2": train.FittedModel(Constant(0.75))}


def version_on(day: date) -> str:
    return "1" if day < THURSDAY else "2"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Logs of one week, in which the second version serves from Thursday on."""
    replay_logs.write_predictions(tmp_path / "logs", MONDAY, SUNDAY, version_on, MODELS)
    return tmp_path / "logs"


def partition(folder: Path, day: date) -> pa.Table:
    (file,) = (folder / f"date={day.isoformat()}").iterdir()
    return pq.ParquetFile(file).read()


def days_of(column: pa.ChunkedArray) -> set[date]:
    return {moment.astimezone(UTC).date() for moment in column.to_pylist()}


def test_each_day_has_one_complete_partition(logs: Path) -> None:
    assert sorted(folder.name for folder in logs.iterdir()) == [f"date={day.isoformat()}" for day in WEEK]
    assert [file.name for file in logs.rglob("*.*") if file.is_file()] == ["part-0.parquet"] * 7


def test_a_partition_contains_the_predictions_of_its_day(logs: Path) -> None:
    for day in WEEK:
        rows = partition(logs, day)
        assert days_of(rows["predicted_at"]) == {day}
        assert rows["prediction_id"].equals(flights_between(day, day)["prediction_id"])


def test_a_row_has_the_version_the_consumer_the_features_and_the_score(logs: Path) -> None:
    expected = ["prediction_id", "predicted_at", "model_version", "consumer", *FEATURES, "score"]
    assert partition(logs, MONDAY).column_names == expected


def test_each_day_is_scored_by_the_version_that_served(logs: Path) -> None:
    for day in WEEK:
        rows = partition(logs, day)
        served = version_on(day)
        assert pc.unique(rows["model_version"]).to_pylist() == [served]
        assert pc.unique(rows["score"]).to_pylist() == [0.25 if served == "1" else 0.75]


def test_every_partition_has_the_same_types(logs: Path) -> None:
    schemas = [partition(logs, day).schema for day in WEEK]
    assert all(schema.equals(schemas[0]) for schema in schemas)
    assert schemas[0].field("predicted_at").type == pa.timestamp("us", tz="UTC")
    assert all(pa.types.is_dictionary(schemas[0].field(name).type) for name in ("model_version", "consumer", "dest"))


def test_days_written_one_by_one_equal_days_written_at_once(logs: Path, tmp_path: Path) -> None:
    for day in WEEK:
        replay_logs.write_predictions(tmp_path / "single", day, day, version_on, MODELS)
        assert partition(tmp_path / "single", day).equals(partition(logs, day))


def test_writing_a_day_again_changes_nothing(logs: Path) -> None:
    before = partition(logs, MONDAY)
    replay_logs.write_predictions(logs, MONDAY, MONDAY, version_on, MODELS)
    assert partition(logs, MONDAY).equals(before)


def test_two_declared_consumers_and_a_few_requests_of_a_third_make_the_traffic() -> None:
    flights = flights_between(MONDAY, SUNDAY)
    consumers = replay_logs.assign_consumers(flights)
    shares = {row["values"]: row["counts"] / len(flights) for row in pc.value_counts(consumers).to_pylist()}
    assert set(shares) == set(replay_logs.CONSUMERS)
    assert 0.02 < shares[replay_logs.FARE_ALERTS] < 0.06
    assert min(shares[replay_logs.GATE_PLANNING], shares[replay_logs.REBOOKING_DESK]) > 0.2


def test_a_prediction_has_the_same_consumer_in_any_slice() -> None:
    flights = flights_between(MONDAY, SUNDAY)
    assert (
        replay_logs.assign_consumers(flights).slice(50, 20).equals(replay_logs.assign_consumers(flights.slice(50, 20)))
    )


def test_labels_are_in_the_partition_of_the_day_they_became_known(tmp_path: Path) -> None:
    replay_logs.write_labels(tmp_path, MONDAY, SUNDAY, MONDAY)
    for day in WEEK:
        rows = partition(tmp_path, day)
        assert rows.column_names == ["prediction_id", "label", "labelled_at"]
        assert days_of(rows["labelled_at"]) == {day}


def test_a_flight_that_lands_after_midnight_is_labelled_on_the_next_day(tmp_path: Path) -> None:
    replay_logs.write_labels(tmp_path, MONDAY, SUNDAY, MONDAY)
    flown = set(flights_between(MONDAY, MONDAY)["prediction_id"].to_pylist())
    assert flown & set(partition(tmp_path, WEEK[1])["prediction_id"].to_pylist())


def test_no_label_is_written_without_its_prediction(logs: Path, tmp_path: Path) -> None:
    replay_logs.write_labels(tmp_path / "labels", MONDAY, SUNDAY, MONDAY)
    predicted, labelled = (
        {key for day in WEEK for key in partition(folder, day)["prediction_id"].to_pylist()}
        for folder in (logs, tmp_path / "labels")
    )
    assert labelled < predicted


def test_writing_returns_the_number_of_rows(tmp_path: Path) -> None:
    rows = replay_logs.write_predictions(tmp_path / "logs", MONDAY, SUNDAY, version_on, MODELS)
    labels = replay_logs.write_labels(tmp_path / "labels", MONDAY, SUNDAY, MONDAY)
    assert rows == len(flights_between(MONDAY, SUNDAY))
    assert 0.9 * rows < labels < rows


def test_a_day_without_flights_has_no_partition(tmp_path: Path) -> None:
    day = date(2012, 12, 31)
    assert replay_logs.write_predictions(tmp_path, day, day, version_on, MODELS) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_does_not_serve_is_scored_on_the_logged_flights(logs: Path) -> None:
    scored = replay_logs.score_days(MODELS["2"], MONDAY, MONDAY)
    assert scored["prediction_id"].equals(partition(logs, MONDAY)["prediction_id"])
    assert pc.min(scored["predicted_at"]).as_py() >= datetime(2013, 4, 22, tzinfo=UTC)
