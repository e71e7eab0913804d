"""Find the demo's thresholds, from weeks before April on which the judged models were not trained.

A model with the settings of the first version scores each week; it is fitted on the data known before that week
(rolling origin). The last day is 30 March: its labels are known at noon on 31 March, when the thresholds are written
into the plans, with the figures as their rationale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow.compute as pc

from data.records.measurement import Measurement
from modelward.demo.flights import LABEL, flights_between, known_by, start_of_day
from modelward.demo.train import SMALL_TREES, fit, score_flights
from monitoring.metrics import recompute

FIRST_DAY = date(2013, 1, 1)
FIRST_WEEK = date(2013, 1, 28)
LAST_WEEK = date(2013, 3, 25)
LAST_DAY = date(2013, 3, 30)
RECORDED_AT = datetime(2013, 3, 31, 12, tzinfo=UTC)
STEP = 0.05
MARGIN = 0.10


@dataclass(frozen=True)
class Week:
    """An out-of-time week: its Monday, its AUC, and its ratio of mean score to mean label."""

    monday: date
    auc: float
    ratio: float


@dataclass(frozen=True)
class Thresholds:
    """The thresholds from the out-of-time weeks: for the calibration ratio and for the AUC."""

    weeks: tuple[Week, ...]

    @property
    def severe(self) -> float:
        """The root mean square of ratio − 1, rounded up to a multiple of 0.05."""
        deviations = [(week.ratio - 1.0) ** 2 for week in self.weeks]
        return round(math.ceil(math.sqrt(sum(deviations) / len(deviations)) / STEP) * STEP, 2)

    @property
    def auc_floor(self) -> float:
        """The lowest weekly AUC, rounded down to a multiple of 0.05."""
        return round(math.floor(min(week.auc for week in self.weeks) / STEP) * STEP, 2)

    @property
    def summary(self) -> str:
        """The figures in one sentence, for the rationale of a threshold."""
        ratios = ", ".join(f"{week.ratio:.2f}" for week in self.weeks)
        return (
            f"out-of-time weeks from {self.weeks[0].monday} to {LAST_DAY}: "
            f"mean score ÷ mean label {ratios}; lowest AUC {min(week.auc for week in self.weeks):.3f}"
        )


def find_thresholds() -> Thresholds:
    """Fit a model for each week from 28 January to 30 March, score that week, and return the thresholds."""
    weeks = (LAST_WEEK - FIRST_WEEK).days // 7 + 1
    return Thresholds(tuple(_week(FIRST_WEEK + timedelta(days=7 * number)) for number in range(weeks)))


def _week(monday: date) -> Week:
    model = fit(SMALL_TREES, known_by(flights_between(FIRST_DAY, monday - timedelta(days=1)), start_of_day(monday)))
    sunday = min(monday + timedelta(days=6), LAST_DAY)
    flights = known_by(flights_between(monday, sunday), RECORDED_AT)
    rows = score_flights(model, flights.filter(pc.is_valid(flights[LABEL])))
    day = pc.strftime(rows["predicted_at"], format="%Y-%m-%d").to_numpy(zero_copy_only=False)
    label, score = rows[LABEL].to_numpy().astype(float), rows["score"].to_numpy()
    found = {one.statistic: _known(one) for one in recompute(day, label, score, metrics=("auc", "calibration"))}
    return Week(monday, found["auc"], found["calibration"])


def _known(measurement: Measurement) -> float:
    return math.nan if measurement.value is None else measurement.value
