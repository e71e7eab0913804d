r"""Small synthetic logs for tests: prediction and label partitions of a day, with columns to override.

write_predictions(folder, DAY, rows=100)                             one partition, ids `20130401-0` …
write_predictions(folder, DAY, score=[0.2, 0.7], consumer="desk")    a given column
write_labels(folder, DAY + days(2), predicted=DAY, rows=100)         labels of DAY that become known two days later
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY = date(2013, 4, 1)
INSTANT = pa.timestamp("us", tz="UTC")


def days(number: int) -> timedelta:
    """Return a number of days as a time difference."""
    return timedelta(days=number)


def midnight(day: date) -> datetime:
    """Return the moment at which a UTC day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def ids_of(day: date, rows: int) -> list[str]:
    """Return the prediction ids of a day."""
    return [f"{day:%Y%m%d}-{number}" for number in range(rows)]


def prediction_table(day: date, rows: int = 100, **columns: Any) -> pa.Table:
    """Return predictions of a day, one a minute; a given column replaces the default, and None omits it."""
    rows = next((len(one) for one in columns.values() if isinstance(one, list | np.ndarray)), rows)
    made: dict[str, Any] = {
        "prediction_id": ids_of(day, rows),
        "predicted_at": [midnight(day) + timedelta(minutes=number % 1_440) for number in range(rows)],
        "model_version": "1",
        "consumer": "desk",
        "score": [(number % 100) / 100 for number in range(rows)],
        **columns,
    }
    kept_columns = {
        name: [one] * rows if isinstance(one, str) else one for name, one in made.items() if one is not None
    }
    return pa.table(
        {name: pa.array(one, INSTANT if name == "predicted_at" else None) for name, one in kept_columns.items()}
    )


def label_table(day: date, predicted: date, rows: int = 100, **columns: Any) -> pa.Table:
    """Return labels of the predictions of day `predicted`, known from noon of `day`; every third label is 1."""
    made: dict[str, Any] = {
        "prediction_id": ids_of(predicted, rows),
        "label": [int(number % 3 == 0) for number in range(rows)],
        "labelled_at": [midnight(day) + timedelta(hours=12)] * rows,
        **columns,
    }
    kept_columns = {name: one for name, one in made.items() if one is not None}
    return pa.table(
        {name: pa.array(one, INSTANT if name == "labelled_at" else None) for name, one in kept_columns.items()}
    )


def write_partition(folder: Path, day: date, table: pa.Table, name: str = "part-0") -> Path:
    """Write a table as a file of a day's partition; return its path."""
    target = folder / f"date={day.isoformat()}" / f"{name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, target)
    return target


def write_predictions(folder: Path, day: date, rows: int = 100, **columns: Any) -> Path:
    """Write a day's predictions as its partition; return the path."""
    return write_partition(folder, day, prediction_table(day, rows, **columns))


def write_labels(folder: Path, day: date, predicted: date, rows: int = 100, **columns: Any) -> Path:
    """Write the labels of day `predicted` to the partition of the day they became known; return the path."""
    return write_partition(folder, day, label_table(day, predicted, rows, **columns), f"of-{predicted}")
