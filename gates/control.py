"""One demand of a standard: which gate judges it, when, for which models, how strictly, and on whose authority."""

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
    """Other parameters for some tiers and changes; later entries win over earlier ones."""

    tiers: Tiers = TIERS
    changes: Changes = CHANGES
    parameters: Annotated[dict[str, object], Field(min_length=1)]


class Control(Frozen):
    """A demand. Its `source` says where the idea stands, its `authority` where its numbers come from.

    One that is not `enabled` shows as unproven; one that is not `waivable` no waiver sets aside.
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
        """True when this control is demanded of a change of this class, of a model of this tier, at this stage."""
        return tier in self.tiers and change_class in self.changes and stage in self.stages

    def parameters_for(self, tier: int, change_class: str) -> dict[str, object]:
        """The gate's parameters for a tier and a change, as written in the standard."""
        found = dict(self.parameters)
        for entry in self.scaled:
            if tier in entry.tiers and change_class in entry.changes:
                found |= entry.parameters
        return found
