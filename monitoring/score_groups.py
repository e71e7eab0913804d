"""Predictions in tenths from low scores to high: which share came true where the scores said which. On it, calibration.

Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212 (the interval of a share).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.scores import COUNT, SUM, SUM_UNIT, ScoreHistogram

GROUPS = 10
Z = 1.96


@dataclass(frozen=True)
class ScoreGroup:
    """A tenth of the predictions, by score: their mean score, the share that came true with its 95 % interval."""

    score: float
    rate: float
    low: float
    high: float
    rows: int


def score_groups(counted: ScoreHistogram) -> tuple[ScoreGroup, ...]:
    """Ten groups of as many labelled predictions as can be, whole score bins each; fewer where scores repeat.

    None where no label is known.
    """
    negatives, positives = counted.by_label[COUNT]
    sums = counted.by_label[SUM].sum(axis=0) * SUM_UNIT
    rows = negatives + positives
    group = np.minimum((np.cumsum(rows) - rows / 2) / max(counted.known, 1) * GROUPS, GROUPS - 1).astype(np.int64)
    found = []
    for number in range(GROUPS):
        mine = group == number
        n = int(rows[mine].sum())
        if n:
            found.append(_group(n, int(positives[mine].sum()), float(sums[mine].sum()) / n))
    return tuple(found)


def _group(rows: int, events: int, score: float) -> ScoreGroup:
    rate = events / rows
    middle = (rate + Z * Z / (2 * rows)) / (1 + Z * Z / rows)
    half = Z / (1 + Z * Z / rows) * (rate * (1 - rate) / rows + Z * Z / (4 * rows * rows)) ** 0.5
    return ScoreGroup(score, rate, max(middle - half, 0.0), min(middle + half, 1.0), rows)
