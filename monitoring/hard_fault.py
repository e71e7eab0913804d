"""What is broken rather than drifting, and pages at once: the partition, the schema, the nulls, the unit, the scores.

The most frequent cause of a model's decay is a changed pipeline upstream. A fault names the partition in which it was
found. A partition that is missing, broken or of another schema is found by the code that reads it (`LogFormatError`).
Source: Breck et al. (2019), "Data validation for machine learning", SysML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from monitoring import null_rate
from monitoring.plan import WatchRule
from monitoring.profile import NumericCounts, Profile
from monitoring.scores import ScoreHistogram

SCORE = "score"
SURGE = 0.20
VALUES_FOR_UNIT = 100
FACTOR = 3.0
SAME_FACTOR = 1.2
OFFSET = 8.0


class FaultKind(StrEnum):
    """What is broken."""

    MISSING_PARTITION = "missing partition"
    BROKEN_PARTITION = "broken partition"
    SCHEMA_CHANGE = "schema change"
    NULL_SURGE = "null surge"
    UNIT_CHANGE = "unit change"
    INVALID_SCORES = "invalid scores"


class HardFault(BaseModel):
    """One thing that is broken: the column it is in ("" for the whole partition), the partition, and what is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: FaultKind
    column: str = ""
    partition: str = ""
    says: str

    @property
    def about(self) -> str:
        """What the fault is about, as one name."""
        return ":".join(filter(None, (self.kind.value, self.column)))


def column_faults(reference: Profile, current: Profile) -> tuple[HardFault, ...]:
    """Null surges and unit changes of all columns of `current`, in the order of the columns.

    The score has no unit that could change: it is a probability, and its faults are found by `score_faults`.

    Raises:
        StatisticsError: the profiles are on different edges.
    """
    found: list[HardFault | None] = []
    for name in current.edges.names:
        found.append(null_surge(reference, current, name))
        if isinstance(current.column(name), NumericCounts) and name != SCORE:
            found.append(unit_change(reference, current, name))
    return tuple(fault for fault in found if fault is not None)


def unforeseen(faults: Iterable[HardFault], rules: Iterable[WatchRule]) -> tuple[HardFault, ...]:
    """The faults that no rule of the plan has foreseen.

    A null surge is foreseen by a rule on the column's null rate, a changed unit by a rule that calls the column
    seasonal. Such a rule was written down beforehand, with its own margins, and replaces the general one.
    """
    known = list(rules)
    foreseen = {(FaultKind.NULL_SURGE, rule.column) for rule in known if rule.statistic == null_rate.STATISTIC}
    foreseen |= {(FaultKind.UNIT_CHANGE, rule.column) for rule in known if rule.seasonal is not None}
    return tuple(one for one in faults if (one.kind, one.column) not in foreseen)


def null_surge(reference: Profile, current: Profile, column: str) -> HardFault | None:
    """A fault when the share of missing values has surely risen by more than 20 percentage points.

    Raises:
        StatisticsError: different edges, or no such column.
    """
    measured = null_rate.measure(reference, current, column)
    if measured.low is None or measured.value is None or measured.low <= SURGE:
        return None
    now = current.column(column).missing / current.rows
    says = f"{now:.1%} of {column} are missing, {now - measured.value:.1%} in the reference"
    return _fault(FaultKind.NULL_SURGE, column, current, says)


def unit_change(reference: Profile, current: Profile, column: str) -> HardFault | None:
    """A fault when mean and standard deviation have changed by one and the same factor, or the mean alone by far.

    A factor of 3 or more, the same within 20 %, looks like another unit (feet for metres); a shift by 8 standard
    deviations that leaves the spread within 20 % like another zero (Kelvin for Celsius). Under 100 values nothing is
    said; a column that swings around 0 shows only the second.

    Raises:
        StatisticsError: no such column, or a categorical one.
    """
    old, new = reference.numeric(column), current.numeric(column)
    if min(old.finite, new.finite) < VALUES_FOR_UNIT or old.variance == 0.0 or new.variance == 0.0:
        return None
    spread, deviation = math.sqrt(new.variance / old.variance), math.sqrt(old.variance)
    says = None
    if abs(old.mean) > deviation / 2.0 and _alike(new.mean / old.mean, spread) and not _alike(spread, 1.0, FACTOR):
        says = f"{column} is about {spread:.2g} times what it was, mean and spread alike"
    elif _alike(spread, 1.0) and abs(new.mean - old.mean) > OFFSET * deviation:
        says = f"{column} has moved by {new.mean - old.mean:.4g} while its spread stayed"
    return None if says is None else _fault(FaultKind.UNIT_CHANGE, column, current, says)


def score_faults(days: Mapping[str, ScoreHistogram]) -> tuple[HardFault, ...]:
    """A fault for each day that has scores which are missing or no probability, or labels that cannot be."""
    return tuple(
        HardFault(
            kind=FaultKind.INVALID_SCORES,
            column="score",
            partition=day,
            says=", ".join(f"{name}: {rows} rows" for name, rows in days[day].faulty.items()),
        )
        for day in sorted(days)
        if days[day].faulty
    )


def _alike(first: float, second: float, factor: float = SAME_FACTOR) -> bool:
    """Whether two ratios differ by less than `factor`; never when they differ in sign."""
    return first > 0.0 and abs(math.log(first / second)) < math.log(factor)


def _fault(kind: FaultKind, column: str, current: Profile, says: str) -> HardFault:
    """The fault with the first partition that was looked at."""
    partitions = sorted(part.partition for part in current.parts)
    return HardFault(kind=kind, column=column, partition=partitions[0] if partitions else "", says=says)
