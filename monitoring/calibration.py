"""Calibration in the large: mean score ÷ label rate. Above 1 the scores are too high on average, below 1 too low.

Source: Van Calster et al. (2019), BMC Medicine 17:230 (calibration hierarchy); Wilson (1927) for the table's intervals.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from data.records.measurement import Measurement
from monitoring import day_resampling
from monitoring.distributions import score_share_interval
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, side_by_side, start
from monitoring.scores import BINS, COUNT, SUM, SUM_UNIT, merge_scores

STATISTIC = "calibration"


class Reliability(NamedTuple):
    """The labelled rows whose score lies in [low, high): how often the event came, with its 95 % interval."""

    low: float
    high: float
    rows: int
    mean_score: float
    label_rate: float
    rate_low: float
    rate_high: float


def measure(days: Days, *, level: float | None = 1.0, segment: str = "", seed: int = 0) -> Measurement:
    """Mean score ÷ label rate over the labelled rows of `days` (day → histogram).

    95 % interval by resampling days, on the logarithm; the p-value tests "the true ratio is `level`" (None: not
    tested). Cannot say without 30 labels of both classes.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment, classes=True)
    if begun.cannot_say:
        return begun
    sums = window.sums.sum(axis=1)
    ratio = float(sums.sum() / window.positives.sum())
    if ratio == 0.0:
        return begun.model_copy(update={"value": 0.0})
    drawn = ratio_replicates(day_resampling.day_weights(window.days, seed), sums, window.positives)
    error = day_resampling.standard_error(np.log(drawn), window.days)
    low, high = day_resampling.interval(math.log(ratio), error, window.days)
    null = math.log(level) if level else None
    return begun.model_copy(
        update={
            "value": ratio,
            "low": None if low is None else math.exp(low),
            "high": None if high is None else math.exp(high),
            "p_value": day_resampling.p_value(math.log(ratio), null, error, window.days),
        }
    )


def reliability(days: Days, groups: int = 10) -> tuple[Reliability, ...]:
    """The reliability table in `groups` equal steps of the score, those without labelled rows left out."""
    counted = merge_scores(*days.values()).by_label
    group = np.arange(BINS) * groups // BINS
    rows, events = (np.bincount(group, weights=w).astype(int) for w in (counted[COUNT].sum(axis=0), counted[COUNT][1]))
    sums = np.bincount(group, weights=counted[SUM].sum(axis=0) * SUM_UNIT)
    return tuple(
        Reliability(
            low=i / groups,
            high=(i + 1) / groups,
            rows=int(rows[i]),
            mean_score=float(sums[i] / rows[i]),
            label_rate=float(events[i] / rows[i]),
            rate_low=score_share_interval(int(events[i]), int(rows[i]))[0],
            rate_high=score_share_interval(int(events[i]), int(rows[i]))[1],
        )
        for i in np.flatnonzero(rows)
    )
