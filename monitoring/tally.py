"""Count the values of one column on its edges: the inner loop of a scan.

A block of 65,536 numbers is sorted once, and the edges are searched in it; the cost hardly depends on the number of
edges. Categories are counted by the codes of the dictionary in the Parquet file.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.arrays import FloatArray, IntArray
from monitoring.column_values import coded, numbers
from monitoring.edges import CategoricalEdges, NumericEdges
from monitoring.moments import BLOCK, NO_MOMENTS, Moments, block_moments

NAMED_NEW_VALUES = 20


class NumericTally:
    """The counters and moments of one numeric column, to which values are added."""

    def __init__(self, edges: NumericEdges) -> None:
        self._edges = edges
        self.counts: IntArray = np.zeros(edges.width, dtype=np.int64)
        self.moments: Moments = NO_MOMENTS

    def add(self, array: pa.Array) -> None:
        """Count an Arrow array of numbers, including nulls."""
        self.counts[-1] += array.null_count
        values = numbers(array.drop_null() if array.null_count else array)
        for start in range(0, len(values), BLOCK):
            self._add_block(values[start : start + BLOCK])

    def _add_block(self, values: FloatArray) -> None:
        """Count at most 65,536 numbers; NaN is sorted to the end, after the largest key."""
        ordered = np.sort(values)
        ranks = np.searchsorted(ordered, self._edges.keys, side="right")
        below, finite, numbers_end = ranks[0], ranks[-2], ranks[-1]
        self.counts[: self._edges.cells] += np.diff(ranks[:-1])
        self.counts[self._edges.cells : -1] += (below, numbers_end - finite, len(ordered) - numbers_end)
        found = block_moments(ordered[below:finite], self._edges.centre, self._edges.unit)
        self.moments = self.moments.plus(found)


class CategoricalTally:
    """The counters of one categorical column, to which values are added, and the first new values by name."""

    def __init__(self, edges: CategoricalEdges) -> None:
        self._edges = edges
        self._known = pa.array([*edges.values, *edges.pooled], pa.string())
        other, new = len(edges.values), len(edges.values) + 1
        unknown = other if edges.open_ended else new
        self._cells = np.concatenate(
            [np.arange(other), np.full(len(edges.pooled), other), [unknown, edges.cells]]
        ).astype(np.int64)
        self._new = new
        self.counts: IntArray = np.zeros(edges.width, dtype=np.int64)
        self.new_values: dict[str, int] = {}

    def add(self, array: pa.Array) -> None:
        """Count an Arrow array of text, booleans, integers or a dictionary of these, including nulls."""
        codes, dictionary = coded(array)
        self.counts[-1] += len(array) - len(codes)
        found = np.bincount(codes, minlength=len(dictionary)).astype(np.int64)
        cells = self._cells_of(dictionary)
        self.counts += np.bincount(cells, weights=found, minlength=len(self.counts)).astype(np.int64)
        unknown = np.flatnonzero((cells == self._new) & (found > 0))
        if len(unknown):
            names = dictionary.take(pa.array(unknown)).to_pylist()
            self.new_values = first_by_name(self.new_values, dict(zip(names, found[unknown].tolist(), strict=True)))

    def _cells_of(self, dictionary: pa.Array) -> IntArray:
        """Return the index of the counter of each value of a dictionary."""
        known = pc.index_in(dictionary, self._known).fill_null(len(self._known)).to_numpy(zero_copy_only=False)
        if dictionary.null_count:
            known = np.where(dictionary.is_null().to_numpy(zero_copy_only=False), len(self._known) + 1, known)
        cells: IntArray = self._cells[known]
        return cells


def first_by_name(*counts: Mapping[str, int]) -> dict[str, int]:
    """Return the 20 new values that are first by name, each with its total count over all of `counts`.

    Keeping the first by name instead of the most frequent makes merging exact: a value among the first 20 of the total
    is among the first 20 of every part that has it, so none of its counts is lost.
    """
    total: Counter[str] = Counter()
    for part in counts:
        total.update(part)
    return {name: total[name] for name in heapq.nsmallest(NAMED_NEW_VALUES, total)}
