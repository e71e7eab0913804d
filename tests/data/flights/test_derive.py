"""The derivation of the demo's flights: clocks, weather that looks back only, labels that come with the landing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from data.flights import derive

FLIGHT = {
    "time_hour": "2013-07-01T22:00:00Z", "hour": 18, "minute": 30, "sched_arr_time": 2030, "arr_delay": 20.0,
    "carrier": "UA", "flight": 1, "origin": "EWR", "dest": "ORD", "distance": 719,
}  # fmt: skip
HOUR = {
    "origin": "EWR", "time_hour": "2013-07-01T20:00:00Z", "temp": 70.0, "humid": 50.0, "wind_speed": 9.0,
    "precip": 0.0, "pressure": 1010.0, "visib": 10.0,
}  # fmt: skip


def derived(folder: Path, flights: list[dict[str, Any]], weather: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that the script writes for these sources; each entry overrides FLIGHT or HOUR."""
    sources = {"flights": [FLIGHT | row for row in flights], "weather": [HOUR | row for row in weather]}
    for name, rows in sources.items():
        pd.DataFrame(rows).to_parquet(folder / f"{name}.parquet")
    target = folder / "out.parquet"
    derive.main([str(folder / "flights.parquet"), str(folder / "weather.parquet"), str(target)])
    rows: list[dict[str, Any]] = pq.read_table(target).to_pylist()
    return rows


# Scheduled hour in UTC and minute, destination, scheduled arrival on its clock, delay: when the label is known.
CLOCKS = {
    "Chicago is an hour behind": ("2013-07-01T22", 30, "ORD", 2030, 20.0, "2013-07-02T01:50"),
    "a night flight lands on the next day": ("2013-07-02T01", 0, "MIA", 5, -5.0, "2013-07-02T04:00"),
    "a delay may cross midnight": ("2013-07-02T01", 0, "BOS", 2210, 130.0, "2013-07-02T04:20"),
    "Phoenix keeps standard time in summer": ("2013-07-01T12", 0, "PHX", 1000, 0.0, "2013-07-01T17:00"),
    "Puerto Rico is ahead in winter": ("2013-01-15T13", 0, "SJU", 1300, 0.0, "2013-01-15T17:00"),
    "clocks spring forward under way": ("2013-03-10T04", 50, "SJU", 429, 0.0, "2013-03-10T08:29"),
    "clocks fall back under way": ("2013-11-03T01", 0, "LAX", 2359, 61.0, "2013-11-03T08:00"),
}


@pytest.mark.parametrize(("hour", "minute", "dest", "arrival", "delay", "known"), CLOCKS.values(), ids=CLOCKS)
def test_a_label_is_known_when_the_flight_has_landed(
    tmp_path: Path, hour: str, minute: int, dest: str, arrival: int, delay: float, known: str
) -> None:
    flight = {"time_hour": f"{hour}:00:00Z", "minute": minute, "dest": dest, "sched_arr_time": arrival}
    (row,) = derived(tmp_path, [flight | {"arr_delay": delay}], [{}])
    assert row["labelled_at"] == pd.Timestamp(known, tz="UTC")


LABELS = {"15 minutes are on time": (15.0, False), "16 are late": (16.0, True), "early is on time": (-30.0, False)}


@pytest.mark.parametrize(("delay", "late"), LABELS.values(), ids=LABELS)
def test_late_means_more_than_15_minutes(tmp_path: Path, delay: float, late: bool) -> None:
    (row,) = derived(tmp_path, [{"arr_delay": delay}], [{}])
    assert row["late"] is late


def test_a_cancelled_or_diverted_flight_never_gets_a_label(tmp_path: Path) -> None:
    _, cancelled = derived(tmp_path, [{}, {"flight": 2, "arr_delay": None}], [{}])
    assert (cancelled["late"], cancelled["labelled_at"]) == (None, None)


# The flight leaves at 22:30 UTC and is predicted at 21:30; an hour stamped 20:00 holds readings until 20:51.
OBSERVED = {
    "the last hour that had ended is taken": (["T19", "T20"], 20.0),
    "the hour under way at the prediction is not": (["T20", "T21", "T22"], 20.0),
    "a gap is bridged by what was known before": (["T18", "T21"], 18.0),
    "weather older than three hours is unknown": (["T17", "T21"], None),
}


@pytest.mark.parametrize(("hours", "temp"), OBSERVED.values(), ids=OBSERVED)
def test_weather_looks_back_only(tmp_path: Path, hours: list[str], temp: float | None) -> None:
    weather = [{"time_hour": f"2013-07-01{hour}:00:00Z", "temp": float(hour[1:])} for hour in hours]
    (row,) = derived(tmp_path, [{}], weather)
    assert row["temp"] == temp


def test_weather_is_that_of_the_origin(tmp_path: Path) -> None:
    (row,) = derived(tmp_path, [{}], [{"origin": "JFK", "temp": 1.0}, {"temp": 2.0}])
    assert row["temp"] == 2.0


def test_a_broken_wind_sensor_is_unknown_weather_not_a_storm(tmp_path: Path) -> None:
    (row,) = derived(tmp_path, [{}], [{"wind_speed": 1048.0}])
    assert (row["wind_speed"], row["temp"]) == (None, 70.0)


def test_time_and_weekday_are_those_of_new_york(tmp_path: Path) -> None:
    (row,) = derived(tmp_path, [{"time_hour": "2013-07-02T01:00:00Z", "sched_arr_time": 2359}], [{}])
    assert (row["scheduled_minute"], row["weekday"]) == (21 * 60 + 30, 0)


def test_the_same_sources_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    flights = [{"flight": 3}, {"flight": 1}, {"flight": 2, "time_hour": "2013-07-01T21:00:00Z"}]
    first = derived(tmp_path, flights, [{}])
    assert [row["flight"] for row in first] == [2, 1, 3]
    assert derived(tmp_path, flights[::-1], [{}]) == first


def test_every_destination_has_one_zone() -> None:
    airports = [airport for group in derive.ZONES.values() for airport in group.split()]
    assert len(airports) == len(set(airports)) == 105
