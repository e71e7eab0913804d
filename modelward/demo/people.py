"""The people of the demo: who they are, the roles they hold, and the one-time codes on their telephones."""

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
class Somebody:
    """One person of the demo."""

    id: str
    name: str
    roles: tuple[Role, ...]


CAST = (
    Somebody("ada", "Ada Brandt", (Role.ADMINISTRATOR,)),
    Somebody("malik", "Malik Osei", (Role.ADMINISTRATOR,)),
    Somebody("dana", "Dana Ruiz", (Role.DEVELOPER, Role.APPROVER)),
    Somebody("omar", "Omar Haddad", (Role.OWNER,)),
    Somebody("vera", "Vera Lindqvist", (Role.VALIDATOR,)),
    Somebody("viktor", "Viktor Nagy", (Role.VALIDATOR,)),
    Somebody("alma", "Alma Petrov", (Role.APPROVER,)),
    Somebody("axel", "Axel Moreau", (Role.APPROVER,)),
    Somebody("otto", "Otto Weiss", (Role.OPERATOR,)),
    Somebody("rita", "Rita Chandra", (Role.RISK_ACCEPTOR,)),
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
        """Give a command in somebody's name at the replay's time."""
        return self.registry.execute(command, RunContext(Actor(id=by), self.now, run_id))

    def assemble(self) -> None:
        """Put everybody on the roster with a telephone and roles: the founders first, the rest by their codes."""
        administrators = [one for one in CAST if Role.ADMINISTRATOR in one.roles]
        for one in administrators:
            self.do(AddPerson(person=one.id, printed_name=one.name), by=one.id)
            self._enrol(one.id, None)
        by = administrators[0].id
        for one in CAST:
            if one in administrators:
                continue
            self.do(AddPerson(person=one.id, printed_name=one.name, proof=self.proof(by)), by=by)
            self._enrol(one.id, self.proof(by))
            for role in one.roles:
                self.do(GrantRole(person=one.id, role=role, proof=self.proof(by)), by=by)

    def _enrol(self, person: str, proof: Proof | None) -> None:
        uri = enrol(self.registry, person, Actor(id=person), proof, self.now)
        self.seeds[person] = parse_qs(urlparse(uri).query)["secret"][0]
