"""Write the prediction log of the benchmark: 33 columns as real logs have them; equal seeds give equal logs.

20 numeric columns (normal, log-normal, heavy-tailed, zero-inflated, rounded money, small and large integers, 32-bit
floats, 5 % nulls), 10 categorical (2 to 5,000 values, skewed), a score, and two columns that are not profiled
(prediction id and time). There is one file for each million rows, as serving code would write them over the year.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

NUMERIC = tuple(f"number_{i:02d}" for i in range(20))
CATEGORICAL = tuple(f"category_{i:02d}" for i in range(10))
PROFILED = (*NUMERIC, *CATEGORICAL, "score")
CARDINALITY = (2, 3, 5, 8, 12, 24, 50, 200, 1_000, 5_000)
ROWS_PER_FILE = 1_000_000
ROWS_PER_GROUP = 131_072
DAY_ROWS = 27_000
NULL_SHARE = 0.05


def write_log(folder: Path, rows: int, seed: int = 20_130_101) -> list[Path]:
    """Write `rows` rows under `folder` in files of a million rows; existing files are not written again."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, start in enumerate(range(0, rows, ROWS_PER_FILE)):
        size = min(ROWS_PER_FILE, rows - start)
        path = folder / f"log-{size}-{number:03d}.parquet"
        if not path.exists():
            fresh = path.with_suffix(".partial")
            pq.write_table(log_table(size, seed + number, start), fresh, row_group_size=ROWS_PER_GROUP)
            fresh.rename(path)
        paths.append(path)
    return paths


def log_table(rows: int, seed: int, first_id: int = 0) -> pa.Table:
    """Return `rows` predictions as one table."""
    rng = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {
        "prediction_id": pa.array(np.arange(first_id, first_id + rows)),
        "predicted_at": pa.array(np.arange(first_id, first_id + rows) * 3_153_600, pa.timestamp("us", tz="UTC")),
    }
    for i, name in enumerate(NUMERIC):
        columns[name] = _numbers(rng, rows, i)
    for name, cardinality in zip(CATEGORICAL, CARDINALITY, strict=True):
        columns[name] = _words(rng, rows, cardinality)
    columns["score"] = pa.array(rng.beta(2.0, 6.0, rows))
    return pa.table(columns)


def _numbers(rng: np.random.Generator, rows: int, shape: int) -> pa.Array:
    """Return a numeric column; `shape`, 0 to 19, selects one of eight distributions."""
    kind = shape % 10
    if kind == 0:
        return pa.array(np.round(rng.lognormal(6.0, 1.2, rows), 2))  # money
    if kind == 1:
        return pa.array(rng.integers(0, 60, rows))
    if kind == 2:
        return pa.array(np.where(rng.random(rows) < 0.6, 0.0, rng.gamma(2.0, 30.0, rows)))
    if kind == 3:
        return pa.array(rng.integers(0, 5_000_000, rows, dtype=np.int32))
    if kind == 4:
        return pa.array(rng.normal(15.0, 8.0, rows).astype(np.float32))
    if kind == 5:
        return pa.array(rng.standard_t(2.5, rows))
    values = rng.normal(float(shape), 1.0 + shape, rows)
    return pa.array(values, mask=rng.random(rows) < NULL_SHARE) if kind == 6 else pa.array(values)


def _words(rng: np.random.Generator, rows: int, cardinality: int) -> pa.Array:
    """Return a categorical column in which the frequency of a value is proportional to 1 ÷ its rank."""
    weights = 1.0 / np.arange(1, cardinality + 1)
    codes = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(rows))
    values = pa.array([f"value_{i:04d}" for i in range(cardinality)])
    return pa.DictionaryArray.from_arrays(pa.array(np.minimum(codes, cardinality - 1).astype(np.int32)), values)
