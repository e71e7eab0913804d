"""Read the flights of 2013 for the demo's model: the features one hour before departure, the label after arrival.

The model predicts whether a flight arrives more than 15 minutes late. Cancelled and diverted flights never get a label.
Days are UTC days.
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
    """Return all flights, sorted by `predicted_at`: `prediction_id`, `predicted_at`, FEATURES, `label`, `labelled_at`.

    `label` is 1 (late), 0 (on time) or null (never labelled). Strings are dictionary-encoded. The file is read once in
    a process.
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
    """Return a unique id for each flight: New York day, origin, carrier and number (`20130422-EWR-UA-1545`)."""
    clock = pc.local_timestamp(stored["scheduled_at"].cast(pa.timestamp("ms", tz=NEW_YORK)))
    day = pc.strftime(clock, format="%Y%m%d")
    number = stored["flight"].cast(pa.string())
    return pc.binary_join_element_wise(day, stored["origin"], stored["carrier"], number, "-")


def start_of_day(day: date) -> datetime:
    """Return midnight UTC at the beginning of a day."""
    return datetime.combine(day, time(), UTC)


def rows_between(rows: pa.Table, instant: str, first: date, last: date) -> pa.Table:
    """Return the rows of the days `first` to `last`, both included, by the column `instant`, which must be sorted."""
    midnights = [np.datetime64(day, "us") for day in (first, last + timedelta(days=1))]
    begin, end = (int(place) for place in np.searchsorted(rows[instant].to_numpy(), midnights))
    return rows.slice(begin, max(0, end - begin))


def flights_between(first: date, last: date) -> pa.Table:
    """Return the flights predicted on the days `first` to `last`, both included; none outside 2013."""
    return rows_between(load_flights(), "predicted_at", first, last)


@cache
def load_labels() -> pa.Table:
    """Return all labels, sorted by `labelled_at`: `prediction_id`, `label`, `labelled_at`, `predicted_at`."""
    flights = load_flights().select(["prediction_id", LABEL, "labelled_at", "predicted_at"])
    return flights.filter(pc.is_valid(flights[LABEL])).sort_by("labelled_at").combine_chunks()


def known_by(flights: pa.Table, moment: datetime) -> pa.Table:
    """Return the flights whose label was known before `moment`, which are those that a training then could use."""
    return flights.filter(pc.fill_null(pc.less(flights["labelled_at"], pa.scalar(moment, INSTANT)), False))


def to_frame(flights: pa.Table) -> pd.DataFrame:
    """Return the features as a data frame, one row for each flight; strings are categories of the whole year."""
    frame: pd.DataFrame = flights.select(FEATURES).to_pandas()
    return frame
