"""A score histogram as Parquet bytes: one row for each bin that holds something, read back equal to the last bit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import StatisticsError
from monitoring.arrays import frozen
from monitoring.scores import FORMAT_VERSION, ScoreHistogram, count_scores

CACHE_VERSION = f"scores-{FORMAT_VERSION}"
UNLABELLED = -1
SCHEMA = pa.schema(
    [
        ("age", pa.int8()),
        ("label", pa.int8()),
        ("bin", pa.int16()),
        ("count", pa.int64()),
        ("total", pa.int64()),
        ("squares", pa.int64()),
    ]
)
_REMEDY = "delete the stored histogram; the next run counts its day again"


def to_table(histogram: ScoreHistogram) -> pa.Table:
    """Rows of age, label (−1: not known), bin and its counters; losses, faults and digest in the metadata."""
    ages, labels, bins = np.nonzero(histogram.labelled[0])
    (waiting,) = np.nonzero(histogram.unlabelled[0])
    nothing = np.zeros(len(waiting), dtype=np.int64)
    columns = [
        np.concatenate([ages, nothing]),
        np.concatenate([labels, nothing + UNLABELLED]),
        np.concatenate([bins, waiting]),
        *np.concatenate([histogram.labelled[:, ages, labels, bins], histogram.unlabelled[:, waiting]], axis=1),
    ]
    stored = {
        "format": FORMAT_VERSION,
        "digest": histogram.digest,
        "losses": histogram.losses.tolist(),
        "faults": histogram.faults.tolist(),
    }
    arrays = [pa.array(values, pa.int64()).cast(field.type) for values, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA.with_metadata({"scores": json.dumps(stored)}))


def from_table(table: pa.Table) -> ScoreHistogram:
    """The histogram that `to_table` wrote.

    Raises:
        StatisticsError: not a histogram, of another format, or changed since it was written.
    """
    try:
        stored: dict[str, Any] = json.loads((table.schema.metadata or {})[b"scores"])
        if stored["format"] != FORMAT_VERSION:
            raise StatisticsError(f"scores of format {stored['format']}; this reads {FORMAT_VERSION}", _REMEDY)
        histogram = _histogram(table, stored)
    except (KeyError, ValueError, IndexError) as error:
        raise StatisticsError(f"not a stored score histogram: {error!r}", _REMEDY) from error
    if histogram.digest != stored["digest"]:
        raise StatisticsError(f"a stored histogram has digest {histogram.digest}; it was {stored['digest']}", _REMEDY)
    return histogram


def to_bytes(histogram: ScoreHistogram) -> bytes:
    """The histogram as one Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(to_table(histogram), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes) -> ScoreHistogram:
    """The histogram that `to_bytes` wrote.

    Raises:
        StatisticsError: as `from_table`, or the bytes are not Parquet.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise StatisticsError(f"a stored histogram cannot be read: {error}", _REMEDY) from error
    return from_table(table)


def _histogram(table: pa.Table, stored: dict[str, Any]) -> ScoreHistogram:
    """The histogram from its table and metadata."""
    empty = count_scores(np.empty(0))
    labelled, unlabelled = np.zeros_like(empty.labelled), np.zeros_like(empty.unlabelled)
    age, label, place, *amounts = (table[name].to_numpy().astype(np.int64) for name in SCHEMA.names)
    known = label != UNLABELLED
    for kind, amount in enumerate(amounts):
        labelled[kind, age[known], label[known], place[known]] = amount[known]
        unlabelled[kind, place[~known]] = amount[~known]
    losses, faults = (np.asarray(stored[name], dtype=np.int64) for name in ("losses", "faults"))
    return ScoreHistogram(frozen(labelled), frozen(losses), frozen(unlabelled), frozen(faults))
