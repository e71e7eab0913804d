"""Commands about people, roles and credentials."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from data.records.person import Role
from data.registry.command import Command, Proof


class AboutPerson(Command):
    """A command about somebody on the roster, or to be."""

    person: str

    @property
    def subject(self) -> str:
        """The person's key, or what it would be; a name that is none is cut to a length a record can carry."""
        return f"people/{self.person[:128]}"


class AddPerson(AboutPerson):
    """Put somebody on the roster. The first two are administrators and need no proof; later ones need one's code.

    They hold `roles` from now on, everywhere; under the same code.
    """

    name: ClassVar[str] = "add person"
    printed_name: str = Field(min_length=1, max_length=200)
    email: str = Field(default="", max_length=320)
    os_user: str = Field(default="", max_length=64)
    roles: tuple[Role, ...] = ()
    proof: Proof | None = None


class EnrolPerson(AboutPerson):
    """Give somebody a fresh one-time-code seed, sealed before under `people/<id>/credentials/<credential>`.

    Ends the former credential. `data.registry.enrolment.enrol` seals and asks in the right order.
    """

    name: ClassVar[str] = "enrol person"
    credential: int = Field(ge=1)
    proof: Proof | None = None


class RevokePerson(AboutPerson):
    """Take somebody off the roster: roles end, credentials are revoked."""

    name: ClassVar[str] = "revoke person"
    reason: str = Field(min_length=1)
    proof: Proof | None = None


class GrantRole(AboutPerson):
    """Give a role from now (or a later time) on; a deputy names the person they represent and the end."""

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
    """Let a deputy represent a person for a time, in a role, wherever that person holds it by a grant of their own.

    Each of that person's grants becomes one of the deputy's, all in one event.
    """

    name: ClassVar[str] = "deputise"
    deputy_of: str
    role: Role
    from_at: datetime | None = None
    to_at: datetime
    proof: Proof | None = None


class EndRole(AboutPerson):
    """End every grant of a role that a person holds."""

    name: ClassVar[str] = "end role"
    role: Role
    reason: str = Field(min_length=1)
    proof: Proof | None = None


class CountAttempt(AboutPerson):
    """Count an attempt to prove somebody's identity, before the code is looked at."""

    name: ClassVar[str] = "count attempt"
    attempted: str
