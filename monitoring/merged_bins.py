"""At most twenty bins merged from the fine cells of a reference, each wide enough for a χ² law to hold.

Numeric cells are joined with their neighbours. Categories are not joined by their frequency: those that were frequent
by chance in the reference would fall back in every later sample and look like drift. A frequent category has a bin of
its own; the rare ones are assigned by a checksum of their names; the rows without a name (other, new) are spread over
those bins as the rare ones are.
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
    """Rows by bin on both sides, from cells in rising order.

    Neighbours are joined until a bin holds a twentieth of the reference, and ten rows are expected in it on either
    side; what is left over at the end joins the last bin.

    >>> [side.tolist() for side in numeric_bins(np.array([0, 50, 1, 49, 0]), np.array([1, 39, 0, 59, 1]))]
    [[50.0, 50.0], [40.0, 60.0]]
    """
    least = _least(reference, current)
    enough = max(float(reference.sum()) / BINS, least)
    firsts, held = _joined(np.cumsum(reference), enough)
    if held < least and len(firsts) > 1:
        firsts.pop()
    widths = np.diff([*firsts, len(reference)])
    bins = np.repeat(np.arange(len(firsts)), widths)
    return _rows(reference, bins), _rows(current, bins)


def category_bins(names: Sequence[str], reference: IntArray, current: IntArray) -> tuple[FloatArray, FloatArray]:
    """Rows by bin on both sides, from the cells of `names`, other and new."""
    least = _least(reference, current)
    named = reference[: len(names)]
    own = np.flatnonzero(named >= max(float(reference.sum()) / (2 * BINS), least))[: BINS - 1]
    rare = np.delete(np.arange(len(names)), own)
    dealt = _dealt([names[i] for i in rare.tolist()], named[rare], int(reference.sum() // BINS), BINS - len(own), least)
    sides = []
    for cells in (reference, current):
        rest = _rows(cells[rare], dealt) + cells[len(names) :].sum() * _shares(named[rare], dealt)
        sides.append(np.concatenate([cells[own].astype(np.float64), rest]))
    return _without_thin_end(sides[0], sides[1], least)


def _joined(through: IntArray, enough: float) -> tuple[list[int], int]:
    """The first cell of each bin, and the rows of the last bin; `through` counts the rows up to each cell."""
    firsts, before, least = [0], 0, math.ceil(enough)
    counted = through.tolist()
    while (last := bisect_left(counted, before + least)) < len(counted) - 1:
        firsts.append(last + 1)
        before = counted[last]
    return firsts, counted[-1] - before


def _least(reference: IntArray, current: IntArray) -> float:
    """Reference rows that a bin needs so that ten rows are expected in it on either side."""
    return EXPECTED * max(1.0, float(reference.sum()) / float(current.sum()))


def _rows(cells: IntArray, bins: IntArray) -> FloatArray:
    """Rows of each bin; at least one bin."""
    return np.bincount(bins, weights=cells, minlength=1).astype(np.float64)


def _dealt(names: Sequence[str], rows: IntArray, enough: int, most: int, least: float) -> IntArray:
    """The bin of each rare category: as many bins as hold enough rows each."""
    sums = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.int64)
    bins = min(most, int(rows.sum()) // max(enough, 1))
    while bins > 1 and np.bincount(sums % bins, weights=rows, minlength=bins).min() < least:
        bins -= 1
    return sums % max(bins, 1)


def _shares(rows: IntArray, bins: IntArray) -> FloatArray:
    """The share of each rare bin among their rows; equal ones when there are no rows."""
    held = _rows(rows, bins)
    return held / held.sum() if held.any() else np.ones(len(held)) / len(held)


def _without_thin_end(reference: FloatArray, current: FloatArray, least: float) -> tuple[FloatArray, FloatArray]:
    """The same with a last bin that holds too little joined to the one before."""
    if len(reference) < 2 or reference[-1] >= least:
        return reference, current
    old, new = (np.append(side[:-2], side[-2:].sum()) for side in (reference, current))
    return old, new
