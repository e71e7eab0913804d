"""The types of every gate: a pure rule that judges the evidence on a version with the parameters of a standard."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Judgement, Unproven, Verdict

P = TypeVar("P", bound=Frozen)


class Criterion(NamedTuple):
    """One question of a gate and its verdict; `measured` and `limit` are in the unit of the metric."""

    text: str
    verdict: Verdict
    measured: float | None = None
    limit: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate(Generic[P]):
    """A named rule with the type of its parameters.

    If `absence` is empty, evidence without anything to judge must not pass; otherwise it may pass, for that reason.
    A parameter called `approvals` receives the approval rules of the standard; a control cannot set it.
    """

    name: str
    parameters_type: type[P]
    rule: Callable[[P, Evidence, datetime], Sequence[Criterion]]
    absence: str = ""

    def judge(self, parameters: P, control_id: str, evidence: Evidence, now: datetime) -> list[Judgement]:
        """Return the criteria of the rule as judgements of a control, at least one; NaN and infinity become None."""
        return [
            Judgement(
                control=control_id,
                gate=self.name,
                criterion=one.text,
                verdict=one.verdict,
                measured=finite(one.measured),
                limit=finite(one.limit),
                evidence=one.evidence,
            )
            for one in self.rule(parameters, evidence, now) or [self._nothing()]
        ]

    def _nothing(self) -> Criterion:
        missing = "a demand that can be judged"
        return Criterion(self.name, Unproven(missing=missing, remedy="add to the standard what this control demands"))


def finite(value: float | None) -> float | None:
    """Return the value, or None if it is NaN, infinite or None."""
    return value if value is not None and math.isfinite(value) else None
