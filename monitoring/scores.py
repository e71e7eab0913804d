"""Count scores by label, so that the performance figures of a day can be computed later without reading the log again.

The histogram has 1,000 score bins × label 0 or 1 × age of the label, each with the sums of scores and squared scores.
Sums are whole numbers (units of 2⁻³², for the logarithmic loss 2⁻²⁴), so histograms are merged exactly in any order,
and a late label changes only its own day. The Brier score is exact to 5e-10, log loss to 3e-8, calibration to 2e-10;
`monitoring.auc` bounds the error of the AUC. A bin can have up to two thousand million rows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.errors import StatisticsError
from monitoring.arrays import AnyArray, BoolArray, FloatArray, IntArray, frozen, same_length
from monitoring.metrics import log_loss

FORMAT_VERSION = 1
BINS = 1_000
AGES = (1.0, 7.0, 30.0, 90.0)
AGE_NAMES = ("within 1 day", "within 7 days", "within 30 days", "within 90 days", "later")
SUM_UNIT = 2.0**-32
LOSS_UNIT = 2.0**-24
FAULTS = ("score missing", "score outside 0 to 1", "label neither 0 nor 1", "label before its prediction")
COUNT, SUM, SQUARE = range(3)


@dataclass(frozen=True, eq=False)
class ScoreHistogram:
    """The counted predictions of a day, or of a window after merging; read-only.

    `labelled` has shape (3, 5 ages, 2 labels, 1000 bins): counts, Σ score and Σ score² in units of 2⁻³².
    `losses` has shape (5, 2): Σ log loss in units of 2⁻²⁴. `unlabelled` has shape (3, 1000), as `labelled`.
    `faults` has the number of rows with each fault in FAULTS; such a score or label is counted nowhere else.
    """

    labelled: IntArray
    losses: IntArray
    unlabelled: IntArray
    faults: IntArray

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all counters, as `sha256:` and 64 hex digits."""
        state = hashlib.sha256(f"scores {FORMAT_VERSION}".encode())
        for array in (self.labelled, self.losses, self.unlabelled, self.faults):
            state.update(array.astype("<i8").tobytes())
        return f"sha256:{state.hexdigest()}"

    @cached_property
    def by_label(self) -> IntArray:
        """Counts, sums and squares by label and bin over all ages, shape (3, 2, 1000)."""
        summed: IntArray = self.labelled.sum(axis=1)
        return summed

    @property
    def known(self) -> int:
        """Number of predictions whose label is known."""
        return int(self.labelled[COUNT].sum())

    @property
    def rows(self) -> int:
        """Number of predictions with a usable score."""
        return self.known + int(self.unlabelled[COUNT].sum())

    @property
    def faulty(self) -> dict[str, int]:
        """Number of rows by fault, only for faults that occur."""
        return {name: int(n) for name, n in zip(FAULTS, self.faults, strict=True) if n}

    def matured(self, days: float) -> ScoreHistogram:
        """Return the histogram with only the labels that arrived within `days` (1, 7, 30 or 90) of the prediction.

        Later labels count as unknown. This makes figures of days comparable, because each label has the same time to
        arrive.

        Raises:
            StatisticsError: `days` has another value.
        """
        if days not in AGES:
            allowed = ", ".join(f"{age:g}" for age in AGES)
            what = f"labels are not counted separately for {days:g} days"
            raise StatisticsError(what, f"choose from: {allowed} days")
        kept = AGES.index(days) + 1
        labelled, losses = self.labelled.copy(), self.losses.copy()
        labelled[:, kept:], losses[kept:] = 0, 0
        later = self.labelled[:, kept:].sum(axis=(1, 2))
        return ScoreHistogram(frozen(labelled), frozen(losses), frozen(self.unlabelled + later), self.faults)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScoreHistogram) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def count_scores(score: AnyArray, label: AnyArray | None = None, age: AnyArray | None = None) -> ScoreHistogram:
    """Return the histogram of predictions: `score` is a probability, `label` 0, 1 or NaN, `age` of the label in days.

    Without `label` no label is known; without `age` every label counts as arrived within a day. A score that is NaN or
    outside 0 to 1 is counted as a fault only. A label that is neither 0 nor 1, or older than its prediction, is a
    fault, and its row counts as not labelled.

    Raises:
        StatisticsError: the arrays have different lengths.
    """
    scores = np.asarray(score, dtype=np.float64)
    labels = np.full(len(scores), np.nan) if label is None else np.asarray(label, dtype=np.float64)
    ages = np.zeros(len(scores)) if age is None else np.asarray(age, dtype=np.float64)
    same_length(score=scores, label=labels, age=ages)
    present, known = ~np.isnan(scores), ~np.isnan(labels)
    usable = (scores >= 0.0) & (scores <= 1.0)
    binary, early = (labels == 0.0) | (labels == 1.0), ages < 0.0
    faults = [~present, present & ~usable, usable & known & ~binary, usable & binary & early]
    labelled = usable & binary & ~early
    return ScoreHistogram(
        _labelled(scores[labelled], labels[labelled], ages[labelled]),
        _losses(scores[labelled], labels[labelled], ages[labelled]),
        _unlabelled(scores, usable & ~labelled),
        frozen(np.array([np.count_nonzero(fault) for fault in faults], dtype=np.int64)),
    )


def merge_scores(*histograms: ScoreHistogram) -> ScoreHistogram:
    """Return the histogram of all predictions, exact in any order and grouping; empty if none is passed."""
    empty = count_scores(np.empty(0))
    parts = (empty, *histograms)
    return ScoreHistogram(
        frozen(sum((h.labelled for h in parts), np.zeros_like(empty.labelled))),
        frozen(sum((h.losses for h in parts), np.zeros_like(empty.losses))),
        frozen(sum((h.unlabelled for h in parts), np.zeros_like(empty.unlabelled))),
        frozen(sum((h.faults for h in parts), np.zeros_like(empty.faults))),
    )


def bin_of(scores: FloatArray) -> IntArray:
    """Return the bin of each score: [0, 0.001), [0.001, 0.002), …, [0.999, 1]."""
    return np.minimum((scores * BINS).astype(np.int64), BINS - 1)


def _labelled(scores: FloatArray, labels: FloatArray, ages: FloatArray) -> IntArray:
    """Return counts, sums and squares by age, label and bin."""
    out = np.zeros((3, len(AGES) + 1, 2, BINS), dtype=np.int64)
    place = (np.searchsorted(AGES, ages), labels.astype(np.int64), bin_of(scores))
    for kind, amount in enumerate(_amounts(scores)):
        np.add.at(out[kind], place, amount)
    return frozen(out)


def _losses(scores: FloatArray, labels: FloatArray, ages: FloatArray) -> IntArray:
    """Return the sums of log losses by age and label."""
    out = np.zeros((len(AGES) + 1, 2), dtype=np.int64)
    units = np.rint(log_loss(labels, scores) / LOSS_UNIT).astype(np.int64)
    np.add.at(out, (np.searchsorted(AGES, ages), labels.astype(np.int64)), units)
    return frozen(out)


def _unlabelled(scores: FloatArray, rows: BoolArray) -> IntArray:
    """Return counts, sums and squares by bin."""
    out = np.zeros((3, BINS), dtype=np.int64)
    for kind, amount in enumerate(_amounts(scores[rows])):
        np.add.at(out[kind], bin_of(scores[rows]), amount)
    return frozen(out)


def _amounts(scores: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the amounts that each row adds to count, sum and squares."""
    sums, squares = (np.rint(v / SUM_UNIT).astype(np.int64) for v in (scores, np.square(scores)))
    return np.ones(len(scores), dtype=np.int64), sums, squares
