"""Gate: a metric differs little between the slices of the data.

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
    """The metric, its dataset, the largest spread in the unit of the metric, and which slices are judged.

    A slice is judged if it has at least `minimum_rows` rows. At least `minimum_slices` slices must be judged, and they
    must contain at least the share `coverage` (0 to 1) of the rows of all slices.
    """

    metric: str = "auc"
    dataset: str = "held-out"
    limit: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    minimum_rows: Annotated[int, Field(ge=1)] = 500
    minimum_slices: Annotated[int, Field(ge=2)] = 2
    coverage: Annotated[float, Field(gt=0, le=1)] = 0.9


class JudgedSlice(NamedTuple):
    """A slice that is large enough to be judged; `name` is `column=value`."""

    value: float
    name: str
    rows: int


def judge(parameters: StabilityParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return two criteria for each slicing column: the spread, and the share of rows in the slices judged.

    The spread is the highest minus the lowest value of the metric; it is at most `limit`. A slice is named
    `column=value`. Source: SR 11-7 §IV.1.
    """
    name, dataset = parameters.metric, parameters.dataset
    slices = [one for one in evidence.metrics if one.name == name and one.dataset == dataset and one.slice]
    columns = sorted({column_of(one.slice) for one in slices})
    if not columns:
        remedy = f"plan a test that slices the {dataset} data by a column with few values and many rows for each value"
        missing = Unproven(missing=f"{name} on {dataset} by slices", remedy=remedy)
        return [Criterion(f"spread of {name}", missing, None, parameters.limit)]
    return [
        criterion
        for column in columns
        for criterion in _by_column(column, [one for one in slices if column_of(one.slice) == column], parameters)
    ]


def column_of(slice_name: str) -> str:
    """Return the column of a slice: `origin` for `origin=EWR`."""
    return slice_name.partition("=")[0]


def _by_column(column: str, slices: Sequence[Metric], parameters: StabilityParameters) -> list[Criterion]:
    known = tuple(sorted({one.evidence_digest for one in slices}))
    judged = _judged_slices(slices, parameters.minimum_rows)
    text = f"spread of {parameters.metric} by {column}"
    if len(judged) < parameters.minimum_slices:
        needed = f"{parameters.minimum_slices} slices by {column} with {parameters.minimum_rows:,} rows or more"
        missing = f"{parameters.metric} for at least {needed}"
        remedy = f"slice more coarsely than by {column}, or submit more rows"
        return [Criterion(text, Unproven(missing=missing, remedy=remedy), None, parameters.limit, known)]
    spread = judged[-1].value - judged[0].value
    verdict = _spread(judged[0], judged[-1], parameters)
    return [Criterion(text, verdict, spread, parameters.limit, known), _coverage(column, slices, judged, parameters)]


def _judged_slices(slices: Sequence[Metric], minimum_rows: int) -> list[JudgedSlice]:
    """Return the slices that have a value and enough rows, lowest value first."""
    known = [JudgedSlice(value, one.slice, one.rows) for one in slices if (value := value_of(one)) is not None]
    return sorted(one for one in known if one.rows >= minimum_rows)


def _spread(low: JudgedSlice, high: JudgedSlice, parameters: StabilityParameters) -> Verdict:
    spread = high.value - low.value
    values = f"{parameters.metric} {low.value:.3f} for {low.name} to {high.value:.3f} for {high.name}"
    if spread <= parameters.limit:
        return Passed(because=f"{values}: a spread of {spread:.3f}, at most {parameters.limit:g}")
    return Failed(
        reason=f"{values}: a spread of {spread:.3f}; at most {parameters.limit:g}",
        remedy="improve the version for its worst slice, or exclude that slice from the intended uses",
    )


def _coverage(
    column: str, slices: Sequence[Metric], judged: Sequence[JudgedSlice], parameters: StabilityParameters
) -> Criterion:
    share = sum(one.rows for one in judged) / sum(one.rows for one in slices)
    left_out = ", ".join(sorted({one.slice for one in slices} - {one.name for one in judged}))
    verdict: Verdict = Passed(because=f"{share:.0%} of the rows; not judged: {left_out or 'none'}")
    if not share >= parameters.coverage:
        verdict = Unproven(
            missing=f"{parameters.metric} for slices with {parameters.coverage:.0%} of the rows ({share:.0%} now)",
            remedy=f"slice more coarsely, or submit more rows for {left_out}",
        )
    return Criterion(f"rows in the judged slices by {column}", verdict, share, parameters.coverage)


GATE: Gate[StabilityParameters] = Gate("stability", StabilityParameters, judge)
