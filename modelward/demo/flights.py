"""The flights of 2013 as the demo's model meets them: features one hour before departure, the label after arrival.

The question asked of the model: will this flight arrive more than 15 minutes late? Flights that were cancelled
or diverted never get a label. A day here is always a UTC day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import as_file, files
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NEW_YORK: Final = "America/New_York"
LEAD: Final = timedelta(hours=1)
CATEGORIES: Final = ("carrier", "origin", "dest")
WEATHER: Final = ("temp", "humid", "wind_speed", "precip", "pressure", "visib")
FEATURES: Final = (*CATEGORIES, "scheduled_minute", "weekday", "distance", *WEATHER)
LABEL: Final = "label"
INSTANT: Final = pa.timestamp("us", tz="UTC")
KEYED: Final = pa.dictionary(pa.int32(), pa.string())


@cache
def load_flights() -> pa.Table:
    """Every flight by `predicted_at`: `prediction_id`, `predicted_at`, FEATURES, `label`, `labelled_at`.

    `label` is 1 (late), 0 or null (none will ever come); strings are dictionaries shared by every slice. The file
    is read once a process.
    """
    with as_file(files("data.flights").joinpath("flights.parquet")) as source:
        stored = pq.read_table(source)
    features = {name: stored[name] for name in FEATURES}
    features |= {name: stored[name].combine_chunks().dictionary_encode().cast(KEYED) for name in CATEGORIES}
    return pa.table(
        {
            "prediction_id": identify_flights(stored),
            "predicted_at": pc.subtract(stored["scheduled_at"].cast(INSTANT), pa.scalar(LEAD)),
            **features,
            LABEL: stored["late"].cast(pa.int8()),
            "labelled_at": stored["labelled_at"].cast(INSTANT),
        }
    ).combine_chunks()


def identify_flights(stored: pa.Table) -> pa.ChunkedArray:
    """A stable identifier, unique in the data: New York day, origin, carrier and number (`20130422-EWR-UA-1545`)."""
    clock = pc.local_timestamp(stored["scheduled_at"].cast(pa.timestamp("ms", tz=NEW_YORK)))
    day = pc.strftime(clock, format="%Y%m%d")
    number = stored["flight"].cast(pa.string())
    return pc.binary_join_element_wise(day, stored["origin"], stored["carrier"], number, "-")


def start_of_day(day: date) -> datetime:
    """Midnight UTC at which the day begins."""
    return datetime.combine(day, time(), UTC)


def between(rows: pa.Table, instant: str, first: date, last: date) -> pa.Table:
    """Rows whose instant lies on the days `first` to `last`, both included; the rows must be sorted by it."""
    midnights = [np.datetime64(day, "us") for day in (first, last + timedelta(days=1))]
    begin, end = (int(place) for place in np.searchsorted(rows[instant].to_numpy(), midnights))
    return rows.slice(begin, max(0, end - begin))


def flights_between(first: date, last: date) -> pa.Table:
    """Flights predicted on the days `first` to `last`, both included; empty outside the year."""
    return between(load_flights(), "predicted_at", first, last)


@cache
def load_labels() -> pa.Table:
    """Every label that ever came, by `labelled_at`: `prediction_id`, `label`, `labelled_at`, `predicted_at`."""
    flights = load_flights().select(["prediction_id", LABEL, "labelled_at", "predicted_at"])
    return flights.filter(pc.is_valid(flights[LABEL])).sort_by("labelled_at").combine_chunks()


def known_by(flights: pa.Table, moment: datetime) -> pa.Table:
    """Those of the flights whose label was known before the moment: all that a training on it could have used."""
    return flights.filter(pc.fill_null(pc.less(flights["labelled_at"], pa.scalar(moment, INSTANT)), False))


def to_frame(flights: pa.Table) -> pd.DataFrame:
    """The features as pandas, one row a flight in the same order, strings as categories of the whole year."""
    frame: pd.DataFrame = flights.select(FEATURES).to_pandas()
    return frame
