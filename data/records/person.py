"""People, the roles they hold and since when, and how they prove who they are."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Frozen, Row


class Role(StrEnum):
    """What a person may do; which of them sign is the standard's to say."""

    DEVELOPER = "developer"
    OWNER = "owner"
    VALIDATOR = "validator"
    APPROVER = "approver"
    OPERATOR = "operator"
    RISK_ACCEPTOR = "risk-acceptor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Actor(Frozen):
    """Who gave a command, and what proves it: nothing but the operating-system user, a one-time code, a key."""

    id: str
    auth: Literal["os-user", "totp", "ssh", "service"] = "os-user"


SERVICE = Actor(id="modelward", auth="service")
"""modelward itself: what it records without anybody having asked for it."""


class Person(Row):
    """Somebody on the roster."""

    table: ClassVar[str] = "person"
    person: str
    name: str
    email: str = ""
    os_user: str = ""
    state: Literal["active", "revoked"] = "active"
    added_at: Instant
    added_by: str


class RoleGrant(Row):
    """A role held from a time to a time, for a team (`*` all), tiers (empty: all) and an environment (`*` all)."""

    table: ClassVar[str] = "role_grant"
    person: str
    role: Role
    team: str = "*"
    tiers: tuple[int, ...] = ()
    environment: str = "*"
    from_at: Instant
    to_at: Instant | None = None
    deputy_of: str | None = None
    granted_by: str

    @property
    def scope(self) -> str:
        """For what it holds, in words; empty for everything."""
        team = [self.team] if self.team != "*" else []
        tiers = [f"tier {tier}" for tier in self.tiers]
        environment = [self.environment] if self.environment != "*" else []
        return ", ".join([*team, *tiers, *environment])


class Credential(Row):
    """A one-time-code enrolment: the seed lies sealed in the key directory, here only what guards against replay."""

    table: ClassVar[str] = "credential"
    person: str
    kind: Literal["totp", "ssh"] = "totp"
    state: Literal["active", "revoked"] = "active"
    public_key: str = ""
    last_step: int = 0
    failed_at: tuple[Instant, ...] = ()
    locked_until: Instant | None = None
    enrolled_at: Instant
    enrolled_by: str
