"""Find hard faults, which give an alert of level page at once: null surges, unit changes and invalid scores.

A frequent cause of bad predictions is a change in the pipeline that writes the log. Missing and broken partitions and
changed schemas are found by the code that reads the log, which raises `LogFormatError`.
Source: Breck et al. (2019), "Data validation for machine learning", SysML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from monitoring import null_rate
from monitoring.plan import SCORE, WatchRule
from monitoring.profile import NumericCounts, Profile
from monitoring.scores import ScoreHistogram

SURGE = 0.20
VALUES_FOR_UNIT = 100
FACTOR = 3.0
SAME_FACTOR = 1.2
OFFSET = 8.0


class FaultKind(StrEnum):
    """The kind of a hard fault."""

    MISSING_PARTITION = "missing partition"
    BROKEN_PARTITION = "broken partition"
    SCHEMA_CHANGE = "schema change"
    NULL_SURGE = "null surge"
    UNIT_CHANGE = "unit change"
    INVALID_SCORES = "invalid scores"


class HardFault(BaseModel):
    """One hard fault: its column ("" for the whole partition), its partition, and a sentence that describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: FaultKind
    column: str = ""
    partition: str = ""
    text: str

    @property
    def about(self) -> str:
        """The kind and column of the fault as one name, `kind:column`."""
        return ":".join(filter(None, (self.kind.value, self.column)))


def column_faults(reference: Profile, current: Profile) -> tuple[HardFault, ...]:
    """Return the null surge and the unit change of each column of `current`, in the order of the columns.

    Only numeric columns are checked for a unit change, and not the score, because a probability has no unit.

    Raises:
        StatisticsError: the profiles have different edges.
    """
    found: list[HardFault | None] = []
    for name in current.edges.names:
        found.append(null_surge(reference, current, name))
        if isinstance(current.column(name), NumericCounts) and name != SCORE:
            found.append(unit_change(reference, current, name))
    return tuple(fault for fault in found if fault is not None)


def faults_without_rule(faults: Iterable[HardFault], rules: Iterable[WatchRule]) -> tuple[HardFault, ...]:
    """Return the faults that no watch rule of the plan covers.

    A rule on the null rate of a column covers a null surge of that column; a rule with `seasonal` covers a unit change.
    The margins of such a rule then apply instead of the general limits.
    """
    known = list(rules)
    covered = {(FaultKind.NULL_SURGE, rule.column) for rule in known if rule.statistic == null_rate.STATISTIC}
    covered |= {(FaultKind.UNIT_CHANGE, rule.column) for rule in known if rule.seasonal is not None}
    return tuple(one for one in faults if (one.kind, one.column) not in covered)


def null_surge(reference: Profile, current: Profile, column: str) -> HardFault | None:
    """Return a fault if the whole interval shows that the share of missing values rose by over 20 percentage points.

    Raises:
        StatisticsError: the profiles have different edges, or there is no such column.
    """
    measured = null_rate.measure(reference, current, column)
    if measured.low is None or measured.value is None or measured.low <= SURGE:
        return None
    now = current.column(column).missing / current.rows
    text = f"{now:.1%} of the values of {column} are missing, {now - measured.value:.1%} in the reference"
    return _fault(FaultKind.NULL_SURGE, column, current, text)


def unit_change(reference: Profile, current: Profile, column: str) -> HardFault | None:
    """Return a fault if mean and standard deviation changed by the same factor, or only the mean changed by far.

    A factor of 3 or more, equal within 20 %, indicates another unit (feet for metres). A shift by 8 standard deviations
    with a spread equal within 20 % indicates another zero (Kelvin for Celsius). With fewer than 100 values there is no
    fault. In a column with a mean near 0, only the second case is found.

    Raises:
        StatisticsError: there is no such column, or it is categorical.
    """
    old, new = reference.numeric(column), current.numeric(column)
    if min(old.finite, new.finite) < VALUES_FOR_UNIT or old.variance == 0.0 or new.variance == 0.0:
        return None
    spread, deviation = math.sqrt(new.variance / old.variance), math.sqrt(old.variance)
    text = None
    if abs(old.mean) > deviation / 2.0 and _alike(new.mean / old.mean, spread) and not _alike(spread, 1.0, FACTOR):
        text = f"mean and spread of {column} are both about {spread:.2g} times those of the reference"
    elif _alike(spread, 1.0) and abs(new.mean - old.mean) > OFFSET * deviation:
        text = f"the mean of {column} has moved by {new.mean - old.mean:.4g}, but its spread is unchanged"
    return None if text is None else _fault(FaultKind.UNIT_CHANGE, column, current, text)


def score_faults(days: Mapping[str, ScoreHistogram]) -> tuple[HardFault, ...]:
    """Return a fault for each day with missing scores, scores that are no probability, or impossible labels."""
    return tuple(
        HardFault(
            kind=FaultKind.INVALID_SCORES,
            column=SCORE,
            partition=day,
            text=", ".join(f"{name}: {_rows(rows)}" for name, rows in days[day].faulty.items()),
        )
        for day in sorted(days)
        if days[day].faulty
    )


def _rows(count: int) -> str:
    """Return a number of rows in words."""
    return "1 row" if count == 1 else f"{count} rows"


def _alike(first: float, second: float, factor: float = SAME_FACTOR) -> bool:
    """Return True if two ratios differ by less than `factor`; the second ratio is positive."""
    return first > 0.0 and abs(math.log(first / second)) < math.log(factor)


def _fault(kind: FaultKind, column: str, current: Profile, text: str) -> HardFault:
    """Return a fault in the first partition of the profile."""
    partitions = sorted(part.partition for part in current.parts)
    return HardFault(kind=kind, column=column, partition=partitions[0] if partitions else "", text=text)
