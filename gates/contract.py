"""What every gate is: a pure rule over the evidence on a version, with the parameters that a standard gives it."""

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
    """One question a gate asks and its verdict; `measured` against `limit` in the metric's own unit."""

    text: str
    verdict: Verdict
    measured: float | None = None
    limit: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate(Generic[P]):
    """A named rule. `absence` is the reason why nothing to judge is a pass; empty, it is never a pass.

    A parameter called `approvals` is filled by the standard with its own approval rules, never by a control.
    """

    name: str
    parameters_type: type[P]
    rule: Callable[[P, Evidence, datetime], Sequence[Criterion]]
    absence: str = ""

    def judge(self, parameters: P, control_id: str, evidence: Evidence, now: datetime) -> list[Judgement]:
        """The rule's criteria as judgements of a control, never none; a number that is not finite is left out."""
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
        missing = "the control asks for nothing that could be judged"
        return Criterion(self.name, Unproven(missing=missing, remedy="name in the standard what this control demands"))


def finite(value: float | None) -> float | None:
    """The value itself, or None when it is no finite number: the record holds numbers only."""
    return value if value is not None and math.isfinite(value) else None
