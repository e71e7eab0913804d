"""AUC of a window, from the score × label histogram.

Source: Hanley and McNeil (1982), Radiology 143, 29–36. Scores of one bin count as ties; `uncertainty` says how much
that can matter at most.
"""

from __future__ import annotations

import numpy as np

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import auc_of_counts, auc_replicates
from monitoring.score_days import Days, finish, side_by_side, start

STATISTIC = "auc"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """AUC over the labelled rows of `days` (day → histogram), 95 % interval by resampling days.

    The p-value tests "the true AUC is `level`". Cannot say without 30 labels of both classes.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment, classes=True)
    if begun.cannot_say:
        return begun
    by_bin = np.swapaxes(window.counts, 1, 2)
    value = float(auc_of_counts(by_bin.sum(axis=0, keepdims=True))[0])
    return finish(begun, value, auc_replicates(day_weights(window.days, seed), by_bin), window.days, level, (0.0, 1.0))


def uncertainty(days: Days) -> float:
    """The exact AUC of the rows lies within `value` ± this: half the share of pairs whose scores share a bin.

    0 without both classes, where there is no AUC.
    """
    negatives, positives = side_by_side(days).counts.sum(axis=0)
    pairs = negatives.sum() * positives.sum()
    return float((negatives * positives).sum() / pairs / 2.0) if pairs else 0.0
