"""The command for an emergency release: a version serves for a limited time, by one person's code, without approval."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from data.records.approval import RequiredRole
from data.records.deployment import SlotName
from data.records.person import Role
from data.registry.command import Proof
from data.registry.commands.version import AboutVersion


class ReleaseInEmergency(AboutVersion):
    """Allow a version to serve at once, and open the request for its ratification.

    `release_roles` (who may release), `required` (who must ratify) and `standing_days` (how long a ratified release may
    serve) are those of the standard. At `until` the release ends unless it is ratified. The version is published
    afterwards, under the request that this command opens.
    """

    name: ClassVar[str] = "release in emergency"
    environment: str
    slot: SlotName = "champion"
    use: str = Field(min_length=1)
    reason: str = Field(min_length=1, max_length=2_000)
    until: datetime
    release_roles: tuple[Role, ...] = Field(min_length=1)
    required: tuple[RequiredRole, ...] = Field(min_length=1)
    standing_days: int = Field(ge=1)
    evidence_digest: str
    standards_digest: str
    artifact_digest: str
    verdict_set: str
    proof: Proof
