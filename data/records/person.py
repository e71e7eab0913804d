"""People, the roles that they hold, and how they prove who they are."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Frozen, Row


class Role(StrEnum):
    """What a person may do; the standard says which roles must sign."""

    DEVELOPER = "developer"
    OWNER = "owner"
    VALIDATOR = "validator"
    APPROVER = "approver"
    OPERATOR = "operator"
    RISK_ACCEPTOR = "risk-acceptor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Actor(Frozen):
    """The person or program that gave a command, and the proof: none (`os-user`), a one-time code, a key, or
    `service`."""

    id: str
    auth: Literal["os-user", "totp", "ssh", "service"] = "os-user"


SERVICE = Actor(id="modelward", auth="service")
"""modelward itself, as the actor of everything that it records without a person's command."""


class Person(Row):
    """A person on the roster, active or revoked."""

    table: ClassVar[str] = "person"
    person: str
    name: str
    email: str = ""
    os_user: str = ""
    state: Literal["active", "revoked"] = "active"
    added_at: Instant
    added_by: str


class RoleGrant(Row):
    """A role granted from a time to a time, for a team (`*`: all), tiers (empty: all) and an environment (`*`: all)."""

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
        """The team, tiers and environment to which the grant is limited, in words; empty if there is no limit."""
        team = [self.team] if self.team != "*" else []
        tiers = [f"tier {tier}" for tier in self.tiers]
        environment = [self.environment] if self.environment != "*" else []
        return ", ".join([*team, *tiers, *environment])


class Credential(Row):
    """A person's enrolment for one-time codes.

    The seed is stored encrypted in the key directory; this row has only the data that prevents replay and guessing.
    """

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
    credential_digest: str | None = None
