"""The verdict of a gate: passed, failed with a reason and a remedy, or unproven because something is missing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from data.records.model import Mode

FROZEN = ConfigDict(frozen=True, extra="forbid")


class Passed(BaseModel):
    """The evidence meets the demand; `because` says how."""

    model_config = FROZEN
    outcome: Literal["passed"] = "passed"
    because: str


class Failed(BaseModel):
    """The evidence is present and does not meet the demand."""

    model_config = FROZEN
    outcome: Literal["failed"] = "failed"
    reason: str
    remedy: str


class Unproven(BaseModel):
    """The evidence that would decide is missing; unproven never counts as passed."""

    model_config = FROZEN
    outcome: Literal["unproven"] = "unproven"
    missing: str
    remedy: str


Verdict = Annotated[Passed | Failed | Unproven, Field(discriminator="outcome")]


class Judgement(BaseModel):
    """A verdict on one criterion of one control, with everything that is needed to compute it again.

    `standard` is the standard's id and version, `waived_by` the key of the waiver that covers the criterion. The mode
    does not change the verdict. In mode `enforce`, a verdict other than passed blocks the version unless it is waived.
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
        """True if the criterion passed, a valid waiver covers it, or its standard is not in mode `enforce`."""
        return self.mode != "enforce" or self.verdict.outcome == "passed" or self.waived_by is not None
