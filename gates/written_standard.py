"""Part of a standard: the fields of its YAML file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from data.records.row import Frozen
from gates.approval_rule import ApprovalRule
from gates.control import Control, Text
from gates.oversight import EmergencyRule, OversightRule, RetirementRule


class AnchorRule(Frozen):
    """How many anchors of the audit log must confirm a decision before it takes effect."""

    confirm: Annotated[int, Field(ge=1, le=16)]
    rationale: Text


class WrittenStandard(Frozen):
    """The fields of the file of a standard. Without `emergency` the standard allows no emergency release.

    Without `anchors` every anchor that is set must confirm each checkpoint.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$")]
    version: Annotated[int, Field(ge=1)]
    title: Text
    about: Text
    controls: Annotated[tuple[Control, ...], Field(min_length=1)]
    approvals: Annotated[tuple[ApprovalRule, ...], Field(min_length=1)]
    oversight: Annotated[tuple[OversightRule, ...], Field(min_length=1)]
    retirement: Annotated[tuple[RetirementRule, ...], Field(min_length=1)]
    emergency: tuple[EmergencyRule, ...] = ()
    anchors: AnchorRule | None = None
