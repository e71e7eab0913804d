"""The people of the demo: their names, their roles, and the one-time codes on their telephones."""

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
    """One person of the demo."""

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
    """The registry, the business time of the replay, and everybody's telephone."""

    registry: Registry
    now: datetime
    seeds: dict[str, str] = field(default_factory=dict)

    def on(self, moment: datetime) -> datetime:
        """Move the clock forward to a moment; it never goes back."""
        self.now = max(self.now, moment)
        return self.now

    def later(self, **by: float) -> datetime:
        """Move the clock forward."""
        self.now += timedelta(**by)
        return self.now

    def code(self, person: str) -> str:
        """What a person's telephone shows now; the clock goes on first, so that no code is shown twice."""
        self.now += CODE_LIFE
        return self.code_at(person, self.now)

    def code_at(self, person: str, moment: datetime) -> str:
        """What a person's telephone shows at a moment."""
        return pyotp.TOTP(self.seeds[person]).at(moment)

    def proof(self, person: str) -> Proof:
        """A person's proof, now."""
        return Proof(person=person, code=self.code(person))

    def do(self, command: Command, by: str, run_id: str = "") -> Receipt:
        """Execute a command as a person, at the business time of the replay."""
        return self.registry.execute(command, RunContext(Actor(id=by), self.now, run_id))

    def enrol_people(self) -> None:
        """Enrol everybody with a telephone and roles; the administrators come first and enrol the others."""
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
