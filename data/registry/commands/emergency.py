"""The command that puts a version in service before people approved it: by one person's own code, for a time."""

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
    """Allow one version to go live at once, and ask for its ratification in the same breath.

    `release_roles`, `required` and `standing_days` are what the standard says; `until` is when it ends by itself unless
    everybody required has ratified it. Publishing follows, under the request that this opens.
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
