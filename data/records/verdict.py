"""What a gate says: passed, failed with a reason and a remedy, or unproven for want of something."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from data.records.model import Mode

FROZEN = ConfigDict(frozen=True, extra="forbid")


class Passed(BaseModel):
    """The evidence meets the demand; `because` says on what."""

    model_config = FROZEN
    outcome: Literal["passed"] = "passed"
    because: str


class Failed(BaseModel):
    """The evidence is there and does not meet the demand."""

    model_config = FROZEN
    outcome: Literal["failed"] = "failed"
    reason: str
    remedy: str


class Unproven(BaseModel):
    """The evidence that would decide it is missing; never a silent pass."""

    model_config = FROZEN
    outcome: Literal["unproven"] = "unproven"
    missing: str
    remedy: str


Verdict = Annotated[Passed | Failed | Unproven, Field(discriminator="outcome")]


class Judgement(BaseModel):
    """One criterion of one control, judged: the verdict with what is needed to compute it again.

    `standard` names the standard's id and version. A verdict is the truth in every mode; it blocks in `enforce` alone.
    """

    model_config = FROZEN
    control: str
    gate: str
    criterion: str
    verdict: Verdict
    measured: float | None = None
    limit: float | None = None
    evidence: tuple[str, ...] = ()
    waived_by: str | None = None
    standard: str = ""
    mode: Mode = "enforce"

    @property
    def cleared(self) -> bool:
        """True when the criterion passed, a valid waiver covers it, or its standard only observes or warns."""
        return self.mode != "enforce" or self.verdict.outcome == "passed" or self.waived_by is not None
