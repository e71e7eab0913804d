"""Part of a standard: one control, with its gate, stages, risk tiers, parameters, source and authority."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from data.records.review import Severity
from data.records.row import Frozen
from gates.approval_rule import CHANGES, TIERS, Changes, Tiers

Stage = Literal["assess", "approve", "deploy", "emergency"]
Authority = Literal["regulation", "guidance", "house policy", "convention"]
Text = Annotated[str, Field(min_length=1, max_length=2_000)]


class Scaled(Frozen):
    """Parameters that replace those of the control for some tiers and change classes; the last that applies wins."""

    tiers: Tiers = TIERS
    changes: Changes = CHANGES
    parameters: Annotated[dict[str, object], Field(min_length=1)]


class Control(Frozen):
    """One demand of a standard. `source` is where the idea is written; `authority` says where its numbers come from.

    A control that is not `enabled` is judged as unproven. A control that is not `waivable` cannot be waived.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9.]+)+$", max_length=40)]
    title: Text
    source: Text
    authority: Authority
    rationale: Text
    gate: str
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    tiers: Tiers = TIERS
    changes: Changes = CHANGES
    severity: Severity = Severity.HIGH
    waivable: bool = True
    enabled: bool = True
    parameters: dict[str, object] = {}
    scaled: tuple[Scaled, ...] = ()

    def fits(self, tier: int, change_class: str, stage: str) -> bool:
        """Return True if this control applies to the risk tier, the change class and the stage."""
        return tier in self.tiers and change_class in self.changes and stage in self.stages

    def parameters_for(self, tier: int, change_class: str) -> dict[str, object]:
        """Return the parameters of the gate for a tier and a change class, as written in the standard."""
        found = dict(self.parameters)
        for entry in self.scaled:
            if tier in entry.tiers and change_class in entry.changes:
                found |= entry.parameters
        return found
