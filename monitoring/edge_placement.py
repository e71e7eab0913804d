"""Place the edges of each column, once, from the reference data.

A numeric column has about 1,000 quantile edges (for an accurate KS distance), about 1,000 edges of equal width (for
accurate distances on heavy tails), and 24 geometric edges beyond both ends (so that a change of unit falls into
separate cells). A value that several quantiles share has an edge on both sides. A column of few distinct values has an
edge at each of them. In a categorical column, each of the most frequent values has a counter; the others are pooled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import StatisticsError
from monitoring.arrays import FloatArray, frozen
from monitoring.column_kind import ColumnKind, kinds_of
from monitoring.column_values import numbers, words
from monitoring.edges import LARGEST, CategoricalEdges, ColumnEdges, Edges, NumericEdges
from monitoring.log_file import LogFile, LogPath
from monitoring.moments import unit_for

QUANTILES = 1_000
EQUAL_WIDTHS = 1_000
TAIL_EDGES = 12
FEW_DISTINCT = 1_000
COUNTED_VALUES = 1_000
REMEMBERED_VALUES = 20_000


def edges_of_table(
    table: pa.Table, columns: Mapping[str, ColumnKind | None] | None = None, source: str = "reference"
) -> Edges:
    """Return the edges of `columns` (name → kind, None: by Arrow type) of a loaded table; None stands for all columns.

    Raises:
        LogFormatError: a column is missing or cannot be profiled.
        StatisticsError: there is no column.
    """
    chosen = dict.fromkeys(table.schema.names) if columns is None else columns
    kinds = kinds_of(table.schema, chosen, source)
    return Edges(tuple(_place(name, kind, [table.column(name)]) for name, kind in kinds.items()))


def edges_of_files(
    sources: Iterable[LogPath],
    columns: Mapping[str, ColumnKind | None],
    mapping: Mapping[str, str] | None = None,
) -> Edges:
    """Return the edges of `columns` of Parquet files; only one column is in memory at a time.

    `mapping`: column name → name in the files, where the two differ.

    Raises:
        LogFormatError: a file cannot be read, a column is missing or cannot be profiled.
        StatisticsError: there is no file or no column.
    """
    files = [LogFile(source, mapping or {}) for source in sources]
    if not files:
        raise StatisticsError("a reference needs at least one Parquet file", "pass the files of the training data")
    kinds = files[0].kinds(columns)
    for file in files[1:]:
        file.kinds(kinds)
    return Edges(tuple(_place(name, kind, [f.column(name) for f in files]) for name, kind in kinds.items()))


def _place(name: str, kind: ColumnKind, chunks: Iterable[pa.ChunkedArray]) -> ColumnEdges:
    """Return the edges of one column."""
    if kind is ColumnKind.CATEGORICAL:
        return place_categories(name, (chunk for column in chunks for chunk in column.chunks))
    parts = [numbers(chunk.drop_null()) for column in chunks for chunk in column.chunks]
    return place_numbers(name, np.concatenate(parts) if parts else np.empty(0))


def place_numbers(name: str, values: FloatArray) -> NumericEdges:
    """Return the edges of a numeric column from all reference values, in any order; only finite values are used.

    Without a finite value there is no edge, and all later values are counted in one cell.
    """
    ordered = np.sort(values[np.abs(values) <= LARGEST]) + 0.0
    if not len(ordered):
        return NumericEdges(name, frozen(np.empty(0)), 0.0, 0, complete=False)
    low, centre, high = float(ordered[0]), float(ordered[(len(ordered) - 1) // 2]), float(ordered[-1])
    changes = np.flatnonzero(np.diff(ordered))
    complete = len(changes) < FEW_DISTINCT
    inner = np.append(ordered[changes], high) if complete else _inner(ordered)
    edges = np.unique(np.concatenate([inner, _tails(low, high)]))
    return NumericEdges(name, frozen(edges), centre, unit_for(max(centre - low, high - centre)), complete)


def _inner(ordered: FloatArray) -> FloatArray:
    """Return quantile and equal-width edges, and an edge just below each value that several quantiles share."""
    ranks = np.ceil(np.arange(1, QUANTILES + 1) * (len(ordered) / QUANTILES)).astype(np.int64) - 1
    quantiles = ordered[np.minimum(ranks, len(ordered) - 1)]
    heavy = np.unique(quantiles[1:][quantiles[1:] == quantiles[:-1]])
    widths = np.linspace(ordered[0], ordered[-1], EQUAL_WIDTHS + 1)
    return np.concatenate([quantiles, np.nextafter(heavy, -np.inf), widths])


def _tails(low: float, high: float) -> FloatArray:
    """Return edges at 1, 2, 4, … 2,048 value ranges beyond both ends, and one just below the smallest value."""
    span = (high - low) or abs(high) or 1.0
    steps = span * np.exp2(np.arange(TAIL_EDGES))
    edges = np.concatenate([low - steps, [np.nextafter(low, -np.inf)], high + steps])
    within: FloatArray = edges[np.abs(edges) <= LARGEST]
    return within


def place_categories(name: str, chunks: Iterable[pa.Array]) -> CategoricalEdges:
    """Return the edges of a categorical column from all reference values; equally frequent values go by name."""
    counts: dict[str, int] = {}
    for chunk in chunks:
        for entry in pc.value_counts(words(chunk.drop_null())).to_pylist():
            counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    open_ended = len(ranked) > REMEMBERED_VALUES
    return CategoricalEdges(
        name,
        tuple(ranked[:COUNTED_VALUES]),
        () if open_ended else tuple(sorted(ranked[COUNTED_VALUES:])),
        open_ended,
        singletons=sum(1 for count in counts.values() if count == 1),
        rows=sum(counts.values()),
    )
