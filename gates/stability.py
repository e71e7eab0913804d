"""Is the version about equally good on every slice of the cases it is used on?

Source: SR 11-7 §IV.1 (stability, behaviour over a range of inputs); EU AI Act Art. 10(3), Art. 13 (performance by
group).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import Metric
from gates.contract import Criterion, Gate
from gates.measured import value_of


class StabilityParameters(Frozen):
    """The metric, its dataset, the largest spread in the metric's own unit, and what makes a slice worth judging.

    A slice counts from `minimum_rows` rows on; at least `minimum_slices` must count, and the slices that count must
    hold at least the share `coverage` (0 to 1) of all slices' rows.
    """

    metric: str = "auc"
    dataset: str = "held-out"
    limit: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    minimum_rows: Annotated[int, Field(ge=1)] = 500
    minimum_slices: Annotated[int, Field(ge=2)] = 2
    coverage: Annotated[float, Field(gt=0, le=1)] = 0.9


class Counted(NamedTuple):
    """A slice large enough to be judged."""

    value: float
    segment: str
    rows: int


def judge(parameters: StabilityParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """By column sliced on: the spread, best slice less worst, is at most the limit, over slices with nearly all rows.

    A slice is called `column=value`. Source: SR 11-7 §IV.1.
    """
    name, dataset = parameters.metric, parameters.dataset
    slices = [one for one in evidence.metrics if one.name == name and one.dataset == dataset and one.slice]
    columns = sorted({column_of(one.slice) for one in slices})
    if not columns:
        remedy = f"plan a test that slices the {dataset} data by a column of few values with many rows each"
        missing = Unproven(missing=f"{name} on {dataset} by slices", remedy=remedy)
        return [Criterion(f"spread of {name}", missing, None, parameters.limit)]
    return [
        criterion
        for column in columns
        for criterion in _by_column(column, [one for one in slices if column_of(one.slice) == column], parameters)
    ]


def column_of(segment: str) -> str:
    """The column of a slice: `origin` of `origin=EWR`."""
    return segment.partition("=")[0]


def _by_column(column: str, slices: Sequence[Metric], parameters: StabilityParameters) -> list[Criterion]:
    known = tuple(sorted({one.evidence_digest for one in slices}))
    counted = _counted(slices, parameters.minimum_rows)
    text = f"spread of {parameters.metric} by {column}"
    if len(counted) < parameters.minimum_slices:
        needed = f"{parameters.minimum_slices} slices by {column} of {parameters.minimum_rows:,} rows each"
        missing = f"{parameters.metric} for at least {needed}"
        remedy = f"slice more coarsely than by {column}, or submit more rows"
        return [Criterion(text, Unproven(missing=missing, remedy=remedy), None, parameters.limit, known)]
    spread = counted[-1].value - counted[0].value
    verdict = _spread(counted[0], counted[-1], parameters)
    return [Criterion(text, verdict, spread, parameters.limit, known), _coverage(column, slices, counted, parameters)]


def _counted(slices: Sequence[Metric], minimum_rows: int) -> list[Counted]:
    """The slices with a value and enough rows, worst first."""
    known = [Counted(value, one.slice, one.rows) for one in slices if (value := value_of(one)) is not None]
    return sorted(one for one in known if one.rows >= minimum_rows)


def _spread(low: Counted, high: Counted, parameters: StabilityParameters) -> Verdict:
    spread = high.value - low.value
    values = f"{parameters.metric} {low.value:.3f} for {low.segment} to {high.value:.3f} for {high.segment}"
    if spread <= parameters.limit:
        return Passed(because=f"{values}: a spread of {spread:.3f}, at most {parameters.limit:g}")
    return Failed(
        reason=f"{values}: a spread of {spread:.3f}; at most {parameters.limit:g}",
        remedy="improve the version for its weakest slice, or leave that slice out of its intended uses",
    )


def _coverage(
    column: str, slices: Sequence[Metric], counted: Sequence[Counted], parameters: StabilityParameters
) -> Criterion:
    share = sum(one.rows for one in counted) / sum(one.rows for one in slices)
    left_out = ", ".join(sorted({one.slice for one in slices} - {one.segment for one in counted}))
    verdict: Verdict = Passed(because=f"{share:.0%} of the rows; not judged: {left_out or 'none'}")
    if not share >= parameters.coverage:
        verdict = Unproven(
            missing=f"{parameters.metric} for slices with {parameters.coverage:.0%} of the rows ({share:.0%} now)",
            remedy=f"slice more coarsely, or submit more rows for {left_out}",
        )
    return Criterion(f"rows in slices by {column} large enough", verdict, share, parameters.coverage)


GATE: Gate[StabilityParameters] = Gate("stability", StabilityParameters, judge)
