"""Divide predictions into ten groups of rising scores, and compare the mean score of each with its label rate.

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
    """One group of predictions: its mean score, and the rate of label 1 with a 95 % interval."""

    score: float
    rate: float
    low: float
    high: float
    rows: int


def score_groups(counted: ScoreHistogram) -> tuple[ScoreGroup, ...]:
    """Return ten groups of about equal size, each of whole score bins; fewer if many scores are equal.

    Only labelled predictions are used; without a label the result is empty.
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
