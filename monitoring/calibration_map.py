"""Map each score to its calibrated probability on the reference, by isotonic regression of labels on scores.

Source: Ayer et al. (1955), Annals of Mathematical Statistics 26, 641–647 (pool adjacent violators); Zadrozny and
Elkan (2002), KDD. Each pooled block's rate is (events + ½) ÷ (rows + 1) (Krichevsky and Trofimov 1981), so that no
calibrated probability is 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.errors import StatisticsError
from monitoring.arrays import FloatArray, IntArray
from monitoring.scores import BINS, COUNT, ScoreHistogram


@dataclass(frozen=True, eq=False)
class CalibrationMap:
    """For each of 1,000 score bins: the calibrated probability, the number of its block, and the rows of that block."""

    probability: FloatArray
    block: IntArray
    block_rows: FloatArray


def calibration_map(reference: ScoreHistogram) -> CalibrationMap:
    """Fit the map to the labelled rows of the reference; a bin without rows belongs to the next bin above with rows.

    Raises:
        StatisticsError: the reference has no label.
    """
    negatives, positives = reference.by_label[COUNT]
    rows = (negatives + positives).astype(np.float64)
    filled = np.flatnonzero(rows)
    if not len(filled):
        raise StatisticsError("the reference has no label", "build the reference from labelled predictions")
    block_of_filled = pooled_blocks(positives[filled] / rows[filled], rows[filled])
    above = np.minimum(np.searchsorted(filled, np.arange(BINS)), len(filled) - 1)
    block = block_of_filled[above]
    block_rows, events = (np.bincount(block, weights=w).astype(np.float64) for w in (rows, positives))
    return CalibrationMap(((events + 0.5) / (block_rows + 1.0))[block], block, block_rows[block])


def pooled_blocks(values: FloatArray, weights: FloatArray) -> IntArray:
    """Return the block of each value: neighbours are pooled until the weighted means of the blocks rise.

    >>> pooled_blocks(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist()
    [0, 1, 1, 2]
    """
    means: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while means and means[-1] >= mean:
            before, mass_before = means.pop(), masses.pop()
            mean = (before * mass_before + mean * mass) / (mass_before + mass)
            mass, size = mass + mass_before, size + sizes.pop()
        means.append(mean)
        masses.append(mass)
        sizes.append(size)
    return np.repeat(np.arange(len(sizes)), sizes)
