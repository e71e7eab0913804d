"""Merge the cells of a reference into at most twenty bins with enough rows for the χ² approximation.

Neighbouring numeric cells are merged. A frequent category has a bin of its own; a rare category is assigned to a bin by
a checksum of its name. Categories are not merged by frequency: one that is frequent by chance in the reference is less
frequent later, which would look like drift. Rows of `other` and `new` are spread over the bins of the rare categories.
"""

from __future__ import annotations

import math
import zlib
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from monitoring.arrays import FloatArray, IntArray

BINS = 20
EXPECTED = 10.0


def numeric_bins(reference: IntArray, current: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the rows by bin of reference and current, from cells in rising order.

    Neighbours are merged until a bin has a twentieth of the reference rows and ten expected rows on either side. A
    remainder at the end is merged into the last bin.

    >>> [side.tolist() for side in numeric_bins(np.array([0, 50, 1, 49, 0]), np.array([1, 39, 0, 59, 1]))]
    [[50.0, 50.0], [40.0, 60.0]]
    """
    least = _minimum_rows(reference, current)
    enough = max(float(reference.sum()) / BINS, least)
    firsts, last_rows = _first_cells(np.cumsum(reference), enough)
    if last_rows < least and len(firsts) > 1:
        firsts.pop()
    widths = np.diff([*firsts, len(reference)])
    bins = np.repeat(np.arange(len(firsts)), widths)
    return _rows(reference, bins), _rows(current, bins)


def category_bins(names: Sequence[str], reference: IntArray, current: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the rows by bin of reference and current, from the cells of `names`, other and new."""
    least = _minimum_rows(reference, current)
    named = reference[: len(names)]
    own = np.flatnonzero(named >= max(float(reference.sum()) / (2 * BINS), least))[: BINS - 1]
    rare = np.delete(np.arange(len(names)), own)
    assigned = _assigned_bins(
        [names[i] for i in rare.tolist()], named[rare], int(reference.sum() // BINS), BINS - len(own), least
    )
    sides = []
    for cells in (reference, current):
        rest = _rows(cells[rare], assigned) + cells[len(names) :].sum() * _shares(named[rare], assigned)
        sides.append(np.concatenate([cells[own].astype(np.float64), rest]))
    return _merge_small_last_bin(sides[0], sides[1], least)


def _first_cells(cumulated: IntArray, enough: float) -> tuple[list[int], int]:
    """Return the first cell of each bin and the rows of the last bin; `cumulated` has the rows up to each cell."""
    firsts, before, least = [0], 0, math.ceil(enough)
    counted = cumulated.tolist()
    while (last := bisect_left(counted, before + least)) < len(counted) - 1:
        firsts.append(last + 1)
        before = counted[last]
    return firsts, counted[-1] - before


def _minimum_rows(reference: IntArray, current: IntArray) -> float:
    """Return the reference rows that a bin needs so that both sides have ten expected rows in it."""
    return EXPECTED * max(1.0, float(reference.sum()) / float(current.sum()))


def _rows(cells: IntArray, bins: IntArray) -> FloatArray:
    """Return the rows of each bin; there is at least one bin."""
    return np.bincount(bins, weights=cells, minlength=1).astype(np.float64)


def _assigned_bins(names: Sequence[str], rows: IntArray, enough: int, most: int, least: float) -> IntArray:
    """Return the bin of each rare category; each of these bins has enough rows."""
    sums = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.int64)
    bins = min(most, int(rows.sum()) // max(enough, 1))
    while bins > 1 and np.bincount(sums % bins, weights=rows, minlength=bins).min() < least:
        bins -= 1
    return sums % max(bins, 1)


def _shares(rows: IntArray, bins: IntArray) -> FloatArray:
    """Return the share of each bin of rare categories among their rows; equal shares if there are no rows."""
    in_bin = _rows(rows, bins)
    return in_bin / in_bin.sum() if in_bin.any() else np.ones(len(in_bin)) / len(in_bin)


def _merge_small_last_bin(reference: FloatArray, current: FloatArray, least: float) -> tuple[FloatArray, FloatArray]:
    """Return the same rows, with the last bin merged into the previous bin if it has too few rows."""
    if len(reference) < 2 or reference[-1] >= least:
        return reference, current
    old, new = (np.append(side[:-2], side[-2:].sum()) for side in (reference, current))
    return old, new
