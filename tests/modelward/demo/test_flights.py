"""The committed flights: complete, with unique ids, selected by UTC day, without data from after the prediction."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow.compute as pc
import pytest

from modelward.demo import flights

MONDAY, SUNDAY = date(2013, 4, 22), date(2013, 4, 28)


def test_each_of_the_336776_flights_has_its_own_id() -> None:
    loaded = flights.load_flights()
    assert len(loaded) == pc.count_distinct(loaded["prediction_id"]).as_py() == 336_776


def test_2_8_percent_never_get_a_label() -> None:
    label = flights.load_flights()[flights.LABEL]
    assert label.null_count == 9_430
    assert set(pc.unique(label).to_pylist()) == {0, 1, None}
    assert flights.load_flights()["labelled_at"].null_count == label.null_count


def test_a_flight_is_identified_by_its_new_york_day() -> None:
    last = flights.flights_between(date(2014, 1, 1), date(2014, 1, 1))["prediction_id"].to_pylist()
    assert last
    assert all(key.startswith("20131231-") for key in last), "the last evening in New York is already next year in UTC"


def test_no_label_is_known_at_the_prediction() -> None:
    labels = flights.load_labels()
    assert pc.all(pc.greater(labels["labelled_at"], labels["predicted_at"])).as_py()


def test_a_week_is_seven_utc_days() -> None:
    week = flights.flights_between(MONDAY, SUNDAY)["predicted_at"]
    start, end = datetime(2013, 4, 22, tzinfo=UTC), datetime(2013, 4, 29, tzinfo=UTC)
    assert start <= pc.min(week).as_py() < pc.max(week).as_py() < end
    assert 6_000 < len(week) < 7_000


DAYS = {
    "days add up to their week": (MONDAY, SUNDAY, 1),
    "two years contain one year of flights": (date(2013, 1, 1), date(2014, 12, 31), 365),
}


@pytest.mark.parametrize(("first", "last", "step"), DAYS.values(), ids=DAYS)
def test_the_flights_of_parts_of_a_period_add_up_to_the_period(first: date, last: date, step: int) -> None:
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    parts = [flights.flights_between(day, min(last, day + timedelta(days=step - 1))) for day in starts]
    assert sum(map(len, parts)) == len(flights.flights_between(first, last))


EMPTY = {"outside the year": (date(2012, 1, 1), date(2012, 12, 31)), "backwards": (SUNDAY, MONDAY)}


@pytest.mark.parametrize(("first", "last"), EMPTY.values(), ids=EMPTY)
def test_a_period_without_flights_is_empty(first: date, last: date) -> None:
    assert len(flights.flights_between(first, last)) == 0


def test_flights_known_by_a_moment_were_labelled_before_it() -> None:
    moment = flights.start_of_day(SUNDAY)
    known = flights.known_by(flights.flights_between(MONDAY, SUNDAY), moment)
    assert 0 < len(known) < len(flights.flights_between(MONDAY, SUNDAY))
    assert pc.max(known["labelled_at"]).as_py() < moment


def test_a_category_has_the_same_code_in_every_slice() -> None:
    frames = [flights.to_frame(flights.flights_between(day, day)) for day in (MONDAY, SUNDAY)]
    for name in flights.CATEGORIES:
        assert list(frames[0][name].cat.categories) == list(frames[1][name].cat.categories)


def test_the_frame_has_exactly_the_features() -> None:
    assert tuple(flights.to_frame(flights.flights_between(MONDAY, MONDAY)).columns) == flights.FEATURES
