"""Measure a window: the drift of the inputs from the reference, and the performance on predictions with known labels.

Stability and missing values of every column and every performance figure are measured in every run, even when no rule
uses them, because the pages show them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring import (
    auc,
    brier,
    calibration,
    chi_square,
    coverage,
    ks,
    label_rate,
    log_loss,
    loss_residual,
    mean_shift,
    new_categories,
    null_rate,
    psi,
    score_rate,
)
from monitoring.calibration_map import calibration_map
from monitoring.plan import WatchRule
from monitoring.profile import Profile
from monitoring.score_days import Days
from tasks.register.build_reference import Reference

SCORE = "score"
TRAINING, HELD_OUT = "training", "held-out"


class DriftStatistic(Protocol):
    """A statistic that compares two profiles."""

    def __call__(self, reference: Profile, current: Profile, column: str) -> Measurement: ...


class PerformanceStatistic(Protocol):
    """A performance figure over days of scores and labels."""

    def __call__(self, days: Days, *, level: float | None = ...) -> Measurement: ...


DRIFT: Mapping[str, DriftStatistic] = {
    one.STATISTIC: one.measure for one in (ks, psi, chi_square, null_rate, new_categories, mean_shift)
}
FIGURES: Mapping[str, PerformanceStatistic] = {
    one.STATISTIC: one.measure for one in (auc, brier, log_loss, calibration, score_rate, label_rate, coverage)
}
RESIDUAL = loss_residual.STATISTIC
ALWAYS_MEASURED = (psi.STATISTIC, null_rate.STATISTIC)


def measure_inputs(
    rules: Sequence[WatchRule], reference: Reference | None, current: Profile | None
) -> tuple[list[Measurement], list[str]]:
    """Measure the drift of every reference column and of every rule; return it with the reasons of failed rules.

    Features are compared with the training data and the score with the held-out data, because a model's scores on its
    own training data are too confident.
    """
    requested = [(one.statistic, one.column) for one in rules if one.statistic in DRIFT and not one.segment]
    if reference is None or current is None:
        unmeasured = [
            Measurement(statistic=s, column=c, value=None, cannot_say=CannotSay.NO_REFERENCE) for s, c in requested
        ]
        return unmeasured, []
    shown = ((statistic, column) for column in reference.edges.names for statistic in ALWAYS_MEASURED)
    measured: list[Measurement] = []
    refused: list[str] = []
    for statistic, column in dict.fromkeys(chain(shown, requested)):
        role = HELD_OUT if column == SCORE else TRAINING
        try:
            measured.append(DRIFT[statistic](reference.profiles[role], current, column))
        except StatisticsError as error:
            refused.append(f"{statistic}:{column}: {error.what} → {error.remedy}")
    return measured, refused


def measure_outcomes(rules: Sequence[WatchRule], reference: Reference | None, days: Days) -> Iterator[Measurement]:
    """Yield every performance figure, tested against the reference level of its rule, and the loss residual."""
    levels = {one.statistic: one.reference for one in rules if one.column == SCORE and not one.segment}
    for name, measure in FIGURES.items():
        yield measure(days, level=levels.get(name))
    scores = reference.scores[HELD_OUT] if reference is not None else None
    usable = scores is not None and scores.known > 0
    yield loss_residual.measure(days, calibration_map(scores) if scores is not None and usable else None)
