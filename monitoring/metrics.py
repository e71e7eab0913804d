"""Recompute the performance metrics from submitted predictions, one prediction in each row.

Values are exact; intervals are from resampled days. The arrays `day` (any sortable type), `label` (0, 1, or NaN if not
known) and `score` (a probability) have one entry for each row. Rows without a label are not used; `coverage` is the
share of rows with a label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring import day_resampling
from monitoring.arrays import AnyArray, FloatArray, IntArray, checked_labels, checked_scores, same_length

LOSS_CLIP = 1e-15
RANK_BINS = 1_000


def auc(label: FloatArray, score: FloatArray) -> float:
    """Return the area under the ROC curve: the share of (positive, negative) pairs in the right order; ties count half.

    NaN if a class is missing. Source: Hanley and McNeil (1982), Radiology 143, 29–36.

    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    distinct, codes = np.unique(score, return_inverse=True)
    counts = np.bincount(codes * 2 + label.astype(np.int64), minlength=2 * len(distinct))
    return float(auc_of_counts(counts.reshape(1, -1, 2).astype(np.float64))[0])


def auc_of_counts(counts: FloatArray) -> FloatArray:
    """Return the AUC of each table of counts, shape (tables, bins from low to high score, 2 for label 0 and 1).

    Ties within a bin count half; NaN if a class is missing.
    """
    negatives, positives = counts[:, :, 0], counts[:, :, 1]
    below = np.cumsum(negatives, axis=1) - 0.5 * negatives
    pairs = negatives.sum(axis=1) * positives.sum(axis=1)
    won = np.einsum("tb,tb->t", below, positives)
    areas: FloatArray = np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return areas


def brier(label: FloatArray, score: FloatArray) -> FloatArray:
    """Return the squared error of each row. Source: Brier (1950), Monthly Weather Review 78, 1–3.

    >>> brier(np.array([1.0, 0.0]), np.array([0.75, 0.5])).tolist()
    [0.0625, 0.25]
    """
    return np.square(score - label)


def log_loss(label: FloatArray, score: FloatArray) -> FloatArray:
    """Return −ln of the predicted probability of the actual label for each row, with scores 1e-15 from 0 and 1.

    Source: Good (1952), JRSS B 14, 107–114.
    """
    clipped = np.clip(score, LOSS_CLIP, 1.0 - LOSS_CLIP)
    return np.where(label == 1.0, -np.log(clipped), -np.log1p(-clipped))


ROW_LOSSES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {"brier": brier, "log_loss": log_loss}
METRICS = ("auc", "brier", "log_loss", "calibration")
BOUNDS = {"auc": (0.0, 1.0), "brier": (0.0, 1.0), "log_loss": (0.0, np.inf), "calibration": (0.0, np.inf)}


def recompute(
    day: AnyArray,
    label: AnyArray,
    score: AnyArray,
    *,
    metrics: Sequence[str] = METRICS,
    level: float | None = None,
    segment: str = "",
    seed: int = 0,
) -> tuple[Measurement, ...]:
    """Return each metric of `metrics`, in the given order, with a 95 % interval from resampled days.

    `level` is the value that the p-value tests (None: no p-value). With fewer than five days there is a value but no
    interval. `calibration` is mean score ÷ mean label.

    Raises:
        LogFormatError: a score is no probability, or a label is neither 0, 1 nor NaN.
        StatisticsError: the arrays have different lengths, or a metric is unknown.
    """
    unknown = sorted(set(metrics) - set(METRICS))
    if unknown:
        raise StatisticsError(f"unknown metric {', '.join(unknown)}", f"choose from: {', '.join(METRICS)}")
    same_length(day=np.asarray(day), label=np.asarray(label), score=np.asarray(score))
    labels, scores = checked_labels(label), checked_scores(score)
    known = ~np.isnan(labels)
    rows = _labelled(day_codes(np.asarray(day)[known]), labels[known], scores[known])
    base = Measurement(
        statistic="",
        column="score",
        value=None,
        rows=len(rows.y),
        coverage=float(known.mean()) if len(known) else None,
        segment=segment,
    )
    return tuple(_measured(name, rows, base, level, seed) for name in metrics)


def recompute_slices(
    day: AnyArray,
    label: AnyArray,
    score: AnyArray,
    slices: AnyArray,
    *,
    metrics: Sequence[str] = METRICS,
    seed: int = 0,
) -> tuple[Measurement, ...]:
    """Return the result of `recompute` for each value of `slices`, sorted by value; the value is the `segment`.

    Raises:
        LogFormatError, StatisticsError: in the same cases as `recompute`.
    """
    same_length(day=np.asarray(day), slices=np.asarray(slices))
    named = np.asarray(slices).astype(np.str_)
    measured: list[Measurement] = []
    for name in np.unique(named):
        rows = named == name
        part = (np.asarray(day)[rows], np.asarray(label)[rows], np.asarray(score)[rows])
        measured.extend(recompute(*part, metrics=metrics, segment=str(name), seed=seed))
    return tuple(measured)


def day_codes(day: AnyArray) -> IntArray:
    """Return the number of the day of each row: 0, 1, … in sorted order."""
    return np.unique(day, return_inverse=True)[1].astype(np.int64)


def row_order(days: IntArray, *columns: FloatArray) -> IntArray:
    """Return the indexes that sort rows by day, then by `columns`, so that sums do not depend on the row order."""
    return np.lexsort((*reversed(columns), days)).astype(np.int64)


def without_value(y: FloatArray, coverage: float | None, *, two_classes: bool) -> CannotSay | None:
    """Return the reason why no figure can be computed from the known labels `y`, or None.

    `coverage` is None for an empty window.
    """
    if coverage is None:
        return CannotSay.EMPTY_WINDOW
    if len(y) == 0:
        return CannotSay.NO_LABELS_YET
    return CannotSay.ONE_CLASS if two_classes and len(np.unique(y)) < 2 else None


def day_sums(days: IntArray, values: FloatArray) -> FloatArray:
    """Return the sum of `values` over the rows of each day, shape (days,)."""
    return np.bincount(days, weights=values).astype(np.float64)


def rank_histogram(days: IntArray, label: FloatArray, score: FloatArray) -> FloatArray:
    """Return counts by day, score bin and label, shape (days, bins, 2); the bins have equal shares of the scores.

    Only the spread of the replicates is computed from these counts, never a value.
    """
    cuts = np.unique(np.quantile(score, np.linspace(0.0, 1.0, RANK_BINS + 1)[1:-1]))
    bins = len(cuts) + 1
    cells = (days * bins + np.searchsorted(cuts, score)) * 2 + label.astype(np.int64)
    counts = np.bincount(cells, minlength=(int(days.max()) + 1) * bins * 2)
    return counts.reshape(-1, bins, 2).astype(np.float64)


def auc_replicates(weights: FloatArray, histogram: FloatArray) -> FloatArray:
    """Return the AUC of each replicate, shape (replicates,), from day weights and counts by day, score bin and label.

    The pairs in the right order are Σ w_d·w_e·(pairs of negatives of day d below positives of day e). NaN if the days
    of a replicate have a single class.
    """
    negatives, positives = histogram[:, :, 0], histogram[:, :, 1]
    below = np.cumsum(negatives, axis=1) - 0.5 * negatives
    won = ((weights @ (below @ positives.T)) * weights).sum(axis=1)
    pairs = (weights @ negatives.sum(axis=1)) * (weights @ positives.sum(axis=1))
    areas: FloatArray = np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return areas


def ratio_replicates(weights: FloatArray, above: FloatArray, below: FloatArray) -> FloatArray:
    """Return Σ above ÷ Σ below of each replicate, NaN if the divisor is 0; both arguments have shape (days,)."""
    divisor = weights @ below
    ratios: FloatArray = np.divide(weights @ above, divisor, out=np.full(len(divisor), np.nan), where=divisor > 0)
    return ratios


class _Labelled(NamedTuple):
    """The rows with a known label: number of the day, label, score."""

    days: IntArray
    y: FloatArray
    p: FloatArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of `values` by day."""
        return day_sums(self.days, values)


def _labelled(days: IntArray, y: FloatArray, p: FloatArray) -> _Labelled:
    """Return the rows in the order of `row_order`."""
    order = row_order(days, y, p)
    return _Labelled(days[order], y[order], p[order])


def _measured(name: str, rows: _Labelled, base: Measurement, level: float | None, seed: int) -> Measurement:
    """Return one metric of labelled rows: value, interval and p-value, or the reason why it cannot say."""
    reason = without_value(rows.y, base.coverage, two_classes=name in ("auc", "calibration"))
    if reason is not None:
        return base.model_copy(update={"statistic": name, "cannot_say": reason})
    count = int(rows.days.max()) + 1
    value, replicates = _value_and_replicates(name, rows, day_resampling.day_weights(count, seed))
    error = day_resampling.standard_error(replicates, count)
    low, high = day_resampling.interval(value, error, count, BOUNDS[name])
    tested = day_resampling.p_value(value, level, error, count)
    return base.model_copy(update={"statistic": name, "value": value, "low": low, "high": high, "p_value": tested})


def _value_and_replicates(name: str, rows: _Labelled, weights: FloatArray) -> tuple[float, FloatArray]:
    """Return the exact value of a metric and its values in the replicates."""
    if name == "auc":
        return auc(rows.y, rows.p), auc_replicates(weights, rank_histogram(*rows))
    if name == "calibration":
        ratio = float(rows.p.sum() / rows.y.sum())
        return ratio, ratio_replicates(weights, rows.sums(rows.p), rows.sums(rows.y))
    losses = ROW_LOSSES[name](rows.y, rows.p)
    return float(losses.mean()), ratio_replicates(weights, rows.sums(losses), rows.sums(np.ones(len(losses))))
