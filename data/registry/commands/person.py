"""Commands about people, roles and credentials."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from data.records.person import Role
from data.registry.command import Command, Proof


class AboutPerson(Command):
    """A command about a person who is on the roster or is to be added."""

    person: str

    @property
    def subject(self) -> str:
        """The key of the person; an id that is too long is cut to the length that a record accepts."""
        return f"people/{self.person[:128]}"


class AddPerson(AboutPerson):
    """Add a person to the roster. The first two become administrators without proof; later an administrator's code is
    needed.

    The person holds `roles` from now on, for every team, tier and environment.
    """

    name: ClassVar[str] = "add person"
    printed_name: str = Field(min_length=1, max_length=200)
    email: str = Field(default="", max_length=320)
    os_user: str = Field(default="", max_length=64)
    roles: tuple[Role, ...] = ()
    proof: Proof | None = None


class EnrolPerson(AboutPerson):
    """Give a person a new one-time-code credential and revoke the former one.

    The seed must be stored under `people/<id>/credentials/<credential>` already; `data.registry.enrolment.enrol` does
    both in the right order.
    """

    name: ClassVar[str] = "enrol person"
    credential: int = Field(ge=1)
    proof: Proof | None = None


class RevokePerson(AboutPerson):
    """Remove a person from the roster: their roles end and their credentials are revoked."""

    name: ClassVar[str] = "revoke person"
    reason: str = Field(min_length=1)
    proof: Proof | None = None


class GrantRole(AboutPerson):
    """Grant a role from now or from `from_at` on. For a deputy, `deputy_of` and the end `to_at` are required."""

    name: ClassVar[str] = "grant role"
    role: Role
    team: str = "*"
    tiers: tuple[int, ...] = ()
    environment: str = "*"
    from_at: datetime | None = None
    to_at: datetime | None = None
    deputy_of: str | None = None
    proof: Proof | None = None


class Deputise(AboutPerson):
    """Let a deputy represent another person in a role for a limited time.

    For each grant of the role that the represented person holds directly, the deputy gets a grant of the same
    scope, all in one event.
    """

    name: ClassVar[str] = "deputise"
    deputy_of: str
    role: Role
    from_at: datetime | None = None
    to_at: datetime
    proof: Proof | None = None


class EndRole(AboutPerson):
    """End every grant of a role of a person."""

    name: ClassVar[str] = "end role"
    role: Role
    reason: str = Field(min_length=1)
    proof: Proof | None = None


class CountAttempt(AboutPerson):
    """Count an attempt to prove who a person is, before the code is checked."""

    name: ClassVar[str] = "count attempt"
    attempted: str
