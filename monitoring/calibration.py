"""Measure the calibration of a window: mean score ÷ label rate. Above 1, the scores are too high on average.

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
from monitoring.score_days import Days, prepare_measurement, stack_days
from monitoring.scores import BINS, COUNT, SUM, SUM_UNIT, merge_scores

STATISTIC = "calibration"


class Reliability(NamedTuple):
    """One row of the reliability table: the label rate and its 95 % interval for scores in [low, high)."""

    low: float
    high: float
    rows: int
    mean_score: float
    label_rate: float
    rate_low: float
    rate_high: float


def measure(days: Days, *, level: float | None = 1.0, segment: str = "", seed: int = 0) -> Measurement:
    """Return mean score ÷ label rate over the labelled rows of `days` (day → histogram).

    The 95 % interval is from resampled days, on the logarithm; the p-value tests "the true ratio is `level`" (None: not
    tested). Cannot say with fewer than 30 labels or with one class.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment, classes=True)
    if measurement.cannot_say:
        return measurement
    sums = window.sums.sum(axis=1)
    ratio = float(sums.sum() / window.positives.sum())
    if ratio == 0.0:
        return measurement.model_copy(update={"value": 0.0})
    drawn = ratio_replicates(day_resampling.day_weights(window.days, seed), sums, window.positives)
    error = day_resampling.standard_error(np.log(drawn), window.days)
    low, high = day_resampling.interval(math.log(ratio), error, window.days)
    null = math.log(level) if level else None
    return measurement.model_copy(
        update={
            "value": ratio,
            "low": None if low is None else math.exp(low),
            "high": None if high is None else math.exp(high),
            "p_value": day_resampling.p_value(math.log(ratio), null, error, window.days),
        }
    )


def reliability(days: Days, groups: int = 10) -> tuple[Reliability, ...]:
    """Return the reliability table in `groups` equal steps of the score, without steps that have no labelled row."""
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
