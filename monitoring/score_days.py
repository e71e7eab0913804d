"""Collect the days of a window in arrays, and prepare and complete the measurement of a performance figure.

The value of a figure is computed from whole numbers, its interval from the same figure on resampled days. A measurement
without a value has the reason in `cannot_say`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.records.measurement import CannotSay, Measurement
from monitoring import day_resampling
from monitoring.arrays import FloatArray
from monitoring.scores import BINS, COUNT, LOSS_UNIT, SQUARE, SUM, SUM_UNIT, ScoreHistogram

ROWS_FOR_FIGURE = 30
Days = Mapping[str, ScoreHistogram]


@dataclass(frozen=True)
class ScoreDays:
    """Arrays with one entry for each day that has predictions, sorted by the name of the day.

    `counts` has shape (days, 2 labels, 1000 bins); `sums`, `squares` and `losses` (days, 2) are Σ score, Σ score² and
    Σ log loss of labelled rows by label; `all_rows` and `all_sums` (days,) count every scored row.
    """

    counts: FloatArray
    sums: FloatArray
    squares: FloatArray
    losses: FloatArray
    all_rows: FloatArray
    all_sums: FloatArray

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.all_rows)

    @property
    def rows(self) -> int:
        """Number of scored rows."""
        return int(self.all_rows.sum())

    @property
    def known(self) -> int:
        """Number of rows whose label is known."""
        return int(self.counts.sum())

    @property
    def by_label(self) -> FloatArray:
        """Rows by day and label: shape (days, 2)."""
        rows: FloatArray = self.counts.sum(axis=2)
        return rows

    @property
    def positives(self) -> FloatArray:
        """Rows of label 1 by day."""
        return self.by_label[:, 1]


def stack_days(days: Days) -> ScoreDays:
    """Return the arrays of the days that have predictions, sorted by the name of the day."""
    used = [days[name] for name in sorted(days) if days[name].rows]
    labelled = np.array([h.by_label for h in used], dtype=np.float64).reshape(len(used), 3, 2, BINS)
    waiting = np.array([h.unlabelled.sum(axis=1) for h in used], dtype=np.float64).reshape(len(used), 3)
    losses = np.array([h.losses.sum(axis=0) for h in used], dtype=np.float64).reshape(len(used), 2)
    sums = labelled[:, SUM].sum(axis=2) * SUM_UNIT
    return ScoreDays(
        counts=labelled[:, COUNT],
        sums=sums,
        squares=labelled[:, SQUARE].sum(axis=2) * SUM_UNIT,
        losses=losses * LOSS_UNIT,
        all_rows=waiting[:, COUNT] + labelled[:, COUNT].sum(axis=(1, 2)),
        all_sums=waiting[:, SUM] * SUM_UNIT + sums.sum(axis=1),
    )


def prepare_measurement(
    statistic: str, window: ScoreDays, segment: str, *, labels: bool = True, classes: bool = False
) -> Measurement:
    """Return the measurement without its value: sample sizes, coverage, and the reason if it cannot say.

    `labels`: the figure needs 30 known labels (otherwise 30 scored rows); `classes`: it needs labels of both classes.
    """
    rows = window.known if labels else window.rows
    return Measurement(
        statistic=statistic,
        column="score",
        value=None,
        rows=rows,
        coverage=window.known / window.rows if window.rows else None,
        segment=segment,
        cannot_say=_reason(window, rows, labels=labels, classes=classes),
    )


def complete_measurement(
    measurement: Measurement,
    value: float,
    replicates: FloatArray,
    days: int,
    level: float | None,
    bounds: tuple[float, float] = (0.0, math.inf),
) -> Measurement:
    """Return the measurement with its value, the interval from resampled days, and the p-value.

    The p-value tests "the true figure is `level`".
    """
    error = day_resampling.standard_error(replicates, days)
    low, high = day_resampling.interval(value, error, days, bounds)
    tested = day_resampling.p_value(value, level, error, days)
    return measurement.model_copy(update={"value": value, "low": low, "high": high, "p_value": tested})


def _reason(window: ScoreDays, rows: int, *, labels: bool, classes: bool) -> CannotSay | None:
    """Return the reason why the figure cannot be measured, or None."""
    if window.rows == 0:
        return CannotSay.EMPTY_WINDOW
    if labels and rows == 0:
        return CannotSay.NO_LABELS_YET
    if rows < ROWS_FOR_FIGURE:
        return CannotSay.TOO_FEW_ROWS
    return CannotSay.ONE_CLASS if classes and not window.by_label.sum(axis=0).all() else None
