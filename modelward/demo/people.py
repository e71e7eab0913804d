"""Define the people of the demo with their roles, and let them execute commands with their one-time codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlparse

import pyotp

from data.records.person import Actor, Role
from data.records.run_context import RunContext
from data.registry.command import Command, Proof
from data.registry.commands.person import AddPerson, GrantRole
from data.registry.enrolment import enrol
from data.registry.registry import Receipt, Registry

CODE_LIFE = timedelta(seconds=30)


@dataclass(frozen=True)
class DemoPerson:
    """A person of the demo, with the roles granted for everything."""

    id: str
    name: str
    roles: tuple[Role, ...]


DEMO_PEOPLE = (
    DemoPerson("ada", "Ada Brandt", (Role.ADMINISTRATOR,)),
    DemoPerson("malik", "Malik Osei", (Role.ADMINISTRATOR,)),
    DemoPerson("dana", "Dana Ruiz", (Role.DEVELOPER, Role.APPROVER)),
    DemoPerson("omar", "Omar Haddad", (Role.OWNER,)),
    DemoPerson("vera", "Vera Lindqvist", (Role.VALIDATOR,)),
    DemoPerson("viktor", "Viktor Nagy", (Role.VALIDATOR,)),
    DemoPerson("alma", "Alma Petrov", (Role.APPROVER,)),
    DemoPerson("axel", "Axel Moreau", (Role.APPROVER,)),
    DemoPerson("otto", "Otto Weiss", (Role.OPERATOR,)),
    DemoPerson("rita", "Rita Chandra", (Role.RISK_ACCEPTOR,)),
)


@dataclass
class Scenario:
    """The registry, the business time of the replay (`now`), and the seed of each person's one-time codes."""

    registry: Registry
    now: datetime
    seeds: dict[str, str] = field(default_factory=dict)

    def advance_to(self, moment: datetime) -> datetime:
        """Move the business time forward to a moment, never backward; return it."""
        self.now = max(self.now, moment)
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move the business time forward by a time span; return it."""
        self.now += timedelta(**by)
        return self.now

    def code(self, person: str) -> str:
        """Return a person's next one-time code. The business time moves forward first, because a code counts once."""
        self.now += CODE_LIFE
        return self.code_at(person, self.now)

    def code_at(self, person: str, moment: datetime) -> str:
        """Return a person's one-time code at a moment."""
        return pyotp.TOTP(self.seeds[person]).at(moment)

    def proof(self, person: str) -> Proof:
        """Return a person's proof with the next one-time code."""
        return Proof(person=person, code=self.code(person))

    def do(self, command: Command, by: str, run_id: str = "") -> Receipt:
        """Execute a command as a person, at the business time of the replay."""
        return self.registry.execute(command, RunContext(Actor(id=by), self.now, run_id))

    def enrol_people(self) -> None:
        """Add every person with roles and one-time codes: first the administrators, who then add the other people."""
        administrators = [one for one in DEMO_PEOPLE if Role.ADMINISTRATOR in one.roles]
        for person in administrators:
            self.do(AddPerson(person=person.id, printed_name=person.name), by=person.id)
            self._enrol(person.id, None)
        by = administrators[0].id
        for person in DEMO_PEOPLE:
            if person in administrators:
                continue
            self.do(AddPerson(person=person.id, printed_name=person.name, proof=self.proof(by)), by=by)
            self._enrol(person.id, self.proof(by))
            for role in person.roles:
                self.do(GrantRole(person=person.id, role=role, proof=self.proof(by)), by=by)

    def _enrol(self, person: str, proof: Proof | None) -> None:
        uri = enrol(self.registry, person, Actor(id=person), proof, self.now)
        self.seeds[person] = parse_qs(urlparse(uri).query)["secret"][0]
