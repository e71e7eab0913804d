"""Write and read a score histogram as Parquet bytes: one row for each bin with a count, equal to the last bit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import StatisticsError
from monitoring.arrays import frozen
from monitoring.edges import REGISTER_AGAIN
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
# A damaged file in the cache is counted again without a message; this error concerns the reference of a version.
_REMEDY = "restore the artifacts of the registry from a backup, or register the version again"


def to_table(histogram: ScoreHistogram) -> pa.Table:
    """Return the histogram as a table with the columns age, label (−1: not known), bin, count, total and squares.

    Losses, faults and digest are in the metadata.
    """
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
    """Return the histogram that `to_table` wrote.

    Raises:
        StatisticsError: the table is no histogram, has another format, or was changed.
    """
    try:
        stored: dict[str, Any] = json.loads((table.schema.metadata or {})[b"scores"])
        if stored["format"] != FORMAT_VERSION:
            raise StatisticsError(
                f"a stored score histogram has format {stored['format']}; this modelward reads format {FORMAT_VERSION}",
                REGISTER_AGAIN,
            )
        histogram = _histogram(table, stored)
    except (KeyError, ValueError, IndexError) as error:
        raise StatisticsError(f"a stored score histogram is incomplete or damaged: {error!r}", _REMEDY) from error
    if histogram.digest != stored["digest"]:
        digests = f"its digest is {histogram.digest}, not {stored['digest']}"
        raise StatisticsError(f"a stored score histogram was changed: {digests}", _REMEDY)
    return histogram


def to_bytes(histogram: ScoreHistogram) -> bytes:
    """Return the histogram as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(to_table(histogram), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes) -> ScoreHistogram:
    """Return the histogram that `to_bytes` wrote.

    Raises:
        StatisticsError: in the same cases as `from_table`, or the bytes are not Parquet.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise StatisticsError(f"a stored score histogram cannot be read as Parquet: {error}", _REMEDY) from error
    return from_table(table)


def _histogram(table: pa.Table, stored: dict[str, Any]) -> ScoreHistogram:
    """Return the histogram from its table and metadata."""
    empty = count_scores(np.empty(0))
    labelled, unlabelled = np.zeros_like(empty.labelled), np.zeros_like(empty.unlabelled)
    age, label, place, *amounts = (table[name].to_numpy().astype(np.int64) for name in SCHEMA.names)
    known = label != UNLABELLED
    for kind, amount in enumerate(amounts):
        labelled[kind, age[known], label[known], place[known]] = amount[known]
        unlabelled[kind, place[~known]] = amount[~known]
    losses, faults = (np.asarray(stored[name], dtype=np.int64) for name in ("losses", "faults"))
    return ScoreHistogram(frozen(labelled), frozen(losses), frozen(unlabelled), frozen(faults))
