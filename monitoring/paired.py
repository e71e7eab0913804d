"""Compare two models on the same predictions: the difference of each metric with its interval.

For every difference, **above 0 means that the second model is better**: AUC second − first, Brier score and log loss
first − second. Pairing removes the variation that both models share. Whole days are resampled, so a single
unusual day cannot decide. Cannot say with fewer than 14 days.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.records.measurement import CannotSay, Measurement
from monitoring import day_resampling, metrics
from monitoring.arrays import AnyArray, FloatArray, IntArray, checked_labels, checked_scores, same_length

DAYS_FOR_COMPARISON = 14
DIFFERENCES = ("auc_difference", "brier_difference", "log_loss_difference")


def compare(
    day: AnyArray, label: AnyArray, first: AnyArray, second: AnyArray, *, segment: str = "", seed: int = 0
) -> tuple[Measurement, Measurement, Measurement]:
    """Return the differences of AUC, Brier score and log loss on the same rows; above 0 the second model is better.

    The arrays have one entry for each row: `day` (any sortable type), `label` (0, 1, or NaN, which is not used),
    `first` and `second` (the probabilities of the two models). The p-value tests "no difference". The measurements have
    the names `auc_difference`, `brier_difference` and `log_loss_difference`.

    Raises:
        LogFormatError: a score is no probability, or a label is neither 0, 1 nor NaN.
        StatisticsError: the arrays have different lengths.
    """
    same_length(day=np.asarray(day), label=np.asarray(label), first=np.asarray(first), second=np.asarray(second))
    labels, a, b = checked_labels(label), checked_scores(first, "first"), checked_scores(second, "second")
    known = ~np.isnan(labels)
    codes = metrics.day_codes(np.asarray(day)[known])
    order = metrics.row_order(codes, labels[known], a[known], b[known])
    days, y, a, b = codes[order], labels[known][order], a[known][order], b[known][order]
    base = Measurement(
        statistic="",
        column="score",
        value=None,
        rows=len(y),
        coverage=float(known.mean()) if len(known) else None,
        segment=segment,
    )
    reason = metrics.without_value(y, base.coverage, two_classes=True)
    if reason is None and len(np.unique(days)) < DAYS_FOR_COMPARISON:
        reason = CannotSay.TOO_FEW_DAYS
    if reason is not None:
        auc, brier, log_loss = (base.model_copy(update={"statistic": s, "cannot_say": reason}) for s in DIFFERENCES)
        return auc, brier, log_loss
    weights = day_resampling.day_weights(int(days.max()) + 1, seed)
    return (
        _measured(base, "auc_difference", *_auc_difference(weights, days, y, a, b), days),
        _measured(base, "brier_difference", *_loss_difference(metrics.brier, weights, days, y, a, b), days),
        _measured(base, "log_loss_difference", *_loss_difference(metrics.log_loss, weights, days, y, a, b), days),
    )


def _auc_difference(
    weights: FloatArray, days: IntArray, y: FloatArray, a: FloatArray, b: FloatArray
) -> tuple[float, FloatArray]:
    """Return AUC second − first, and the same difference in each replicate."""
    drawn = [metrics.auc_replicates(weights, metrics.rank_histogram(days, y, score)) for score in (a, b)]
    return metrics.auc(y, b) - metrics.auc(y, a), drawn[1] - drawn[0]


def _loss_difference(
    loss: Callable[[FloatArray, FloatArray], FloatArray],
    weights: FloatArray,
    days: IntArray,
    y: FloatArray,
    a: FloatArray,
    b: FloatArray,
) -> tuple[float, FloatArray]:
    """Return mean loss first − second, and the same difference in each replicate."""
    gained = loss(y, a) - loss(y, b)
    rows = metrics.day_sums(days, np.ones(len(y)))
    return float(gained.mean()), metrics.ratio_replicates(weights, metrics.day_sums(days, gained), rows)


def _measured(base: Measurement, statistic: str, value: float, drawn: FloatArray, days: IntArray) -> Measurement:
    """Return the measurement with the difference, its interval and the p-value of "no difference"."""
    count = int(days.max()) + 1
    error = day_resampling.standard_error(drawn, count)
    low, high = day_resampling.interval(value, error, count)
    tested = day_resampling.p_value(value, 0.0, error, count)
    return base.model_copy(update={"statistic": statistic, "value": value, "low": low, "high": high, "p_value": tested})
