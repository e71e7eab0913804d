"""What a score meant on the reference: the label rate that rises with the score, by isotonic regression.

Source: Ayer et al. (1955), Annals of Mathematical Statistics 26, 641–647 (pool adjacent violators); Zadrozny and
Elkan (2002), KDD. Each pooled block's rate is (events + ½) ÷ (rows + 1) (Krichevsky and Trofimov 1981), so that no
score is ever taken for certain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.errors import StatisticsError
from monitoring.arrays import FloatArray, IntArray
from monitoring.scores import BINS, COUNT, ScoreHistogram


@dataclass(frozen=True, eq=False)
class CalibrationMap:
    """Shape (1000,) each, by score bin: the calibrated probability, the block it belongs to, and the block's rows."""

    probability: FloatArray
    block: IntArray
    block_rows: FloatArray


def calibration_map(reference: ScoreHistogram) -> CalibrationMap:
    """The map fitted to the reference's labelled rows; a bin without rows belongs to the next filled one above.

    Raises:
        StatisticsError: the reference has no label.
    """
    negatives, positives = reference.by_label[COUNT]
    rows = (negatives + positives).astype(np.float64)
    filled = np.flatnonzero(rows)
    if not len(filled):
        raise StatisticsError("the reference's scores have no label", "build the reference from labelled predictions")
    block_of_filled = pooled_blocks(positives[filled] / rows[filled], rows[filled])
    above = np.minimum(np.searchsorted(filled, np.arange(BINS)), len(filled) - 1)
    block = block_of_filled[above]
    block_rows, events = (np.bincount(block, weights=w).astype(np.float64) for w in (rows, positives))
    return CalibrationMap(((events + 0.5) / (block_rows + 1.0))[block], block, block_rows[block])


def pooled_blocks(values: FloatArray, weights: FloatArray) -> IntArray:
    """The block of each value such that the blocks' weighted means rise: neighbours that do not are pooled.

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
