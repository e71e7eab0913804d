"""Write the logs of a replayed year: the predictions that a server would log on each day, and the labels.

    logs/<model>/date=YYYY-MM-DD/part-0.parquet     predictions of the day, by `predicted_at`
    labels/<model>/date=YYYY-MM-DD/part-0.parquet   labels that became known on the day, by `labelled_at`

Days are UTC days. The version is looked up for each day, so that the log agrees with the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelward.demo.flights import (
    FEATURES,
    INSTANT,
    KEYED,
    LABEL,
    flights_between,
    load_labels,
    rows_between,
    start_of_day,
)
from modelward.demo.train import FittedModel, score_flights

GATE_PLANNING: Final = "gate-planning"
REBOOKING_DESK: Final = "rebooking-desk"
FARE_ALERTS: Final = "fare-alerts"
CONSUMERS: Final = (GATE_PLANNING, REBOOKING_DESK, FARE_ALERTS)
FARE_ALERTS_PERCENT: Final = 4
LABEL_COLUMNS: Final = ("prediction_id", LABEL, "labelled_at")


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def assign_consumers(flights: pa.Table) -> pa.DictionaryArray:
    """Return the consumer that requested each prediction; the same flights always give the same consumers.

    Gate planning requests Newark and JFK, the rebooking desk LaGuardia; 4 % of all requests come from fare alerts,
    an undeclared system.
    """
    undeclared = [crc32(key.encode()) % 100 < FARE_ALERTS_PERCENT for key in flights["prediction_id"].to_pylist()]
    laguardia = pc.equal(flights["origin"].cast(pa.string()), "LGA").to_numpy(zero_copy_only=False)
    codes = np.where(undeclared, 2, np.where(laguardia, 1, 0)).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(CONSUMERS))


def predict_days(model: FittedModel, version: str, first: date, last: date) -> pa.Table:
    """Return the log rows of one version for a range of days, sorted by `predicted_at`."""
    flights = flights_between(first, last)
    served = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(flights), np.int32)), pa.array([version]))
    columns = {
        "prediction_id": flights["prediction_id"],
        "predicted_at": flights["predicted_at"],
        "model_version": served.cast(KEYED),
        "consumer": assign_consumers(flights).cast(KEYED),
        **{name: flights[name] for name in FEATURES},
        "score": pa.array(model.predict(flights)),
    }
    return pa.table(columns)


def score_days(model: FittedModel, first: date, last: date) -> pa.Table:
    """Return the scores of a model that does not serve: `prediction_id`, `predicted_at`, `label`, `score`."""
    return score_flights(model, flights_between(first, last))


def write_predictions(
    folder: Path, first: date, last: date, version_on: Callable[[date], str], models: Mapping[str, FittedModel]
) -> int:
    """Write the predictions of each day, by the version that served on it, and return the number of rows.

    `models` contains every version that `version_on` can return. Consecutive days of one version are scored together.
    """
    written = 0
    for version, days in groupby(days_between(first, last), version_on):
        span = list(days)
        rows = predict_days(models[version], version, span[0], span[-1])
        written += write_partitions(folder, rows, "predicted_at", span)
    return written


def write_labels(folder: Path, first: date, last: date, logged_from: date) -> int:
    """Write the labels that became known on each day, and return the number of rows.

    Labels of flights predicted before `logged_from` are omitted, because their predictions were not logged.
    """
    known = rows_between(load_labels(), "labelled_at", first, last)
    start = pa.scalar(start_of_day(logged_from), INSTANT)
    rows = known.filter(pc.greater_equal(known["predicted_at"], start)).select(LABEL_COLUMNS).combine_chunks()
    return write_partitions(folder, rows, "labelled_at", list(days_between(first, last)))


def write_partitions(folder: Path, rows: pa.Table, instant: str, days: list[date]) -> int:
    """Write one Parquet file for each day that has rows, each file atomically; return the number of rows."""
    written = 0
    for day in days:
        part = rows_between(rows, instant, day, day)
        if len(part) == 0:
            continue
        target = folder / f"date={day.isoformat()}" / "part-0.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".unfinished")
        pq.write_table(part, unfinished, compression="zstd")
        unfinished.replace(target)
        written += len(part)
    return written
