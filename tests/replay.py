"""A replay registry under test: a clock to move, commands in a name, one-time codes, rows and events to read."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pyotp

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.records.person import Actor, Role
from data.records.row import Row
from data.records.run_context import RunContext
from data.registry.command import Command, Proof
from data.registry.commands.person import GrantRole
from data.registry.registry import Receipt, Registry
from data.registry.rules.proof import active_credential

R = TypeVar("R", bound=Row)


class Replay:
    """A registry whose clock stands at `now`, the business time of everything done, and moves only when it is told."""

    def __init__(self, root: Path, now: datetime) -> None:
        self.home = Home(root)
        self.registry = Registry(self.home)
        self.artifacts = ArtifactStore(self.home.artifacts)
        self.now = now

    def move(self, **by: float) -> datetime:
        """Move the clock by `days=`, `hours=`, `minutes=`, `seconds=`."""
        self.now += timedelta(**by)
        return self.now

    def do(self, command: Command, by: str = "dev", run_id: str = "run-1", **extra: Any) -> Receipt:
        """Give a command at `now` in somebody's name (unproven, as an operating-system user is)."""
        actor = extra.pop("actor", Actor(id=by))
        return self.registry.execute(command, RunContext(actor, self.now, run_id), **extra)

    def code(self, person: str) -> str:
        """A valid one-time code of a person at `now`; the clock goes on 30 s first, so that no code comes twice."""
        self.move(seconds=30)
        return self.phone(person).at(self.now)

    def phone(self, person: str) -> pyotp.TOTP:
        """What a person's phone holds: `phone("alma").at(when)` is a code."""
        with self.registry.reading() as state:
            credential = active_credential(state, person)
        assert credential is not None, f"{person} is not enrolled"
        return pyotp.TOTP(self.registry.seeds.open(credential.key))

    def proof(self, person: str) -> Proof:
        """A person's proof with a fresh code."""
        return Proof(person=person, code=self.code(person))

    def grant(self, person: str, role: Role | str = Role.APPROVER, **scope: Any) -> Receipt:
        """Give a person a role, under adam's code."""
        return self.do(GrantRole(person=person, role=Role(role), proof=self.proof("adam"), **scope), by="adam")

    def get(self, kind: type[R], key: str) -> R:
        """A row as it stands."""
        with self.registry.reading() as state:
            return state.need(kind, key)

    def find(self, kind: type[R], **equals: str | int | bool) -> list[R]:
        """Rows as they stand."""
        with self.registry.reading() as state:
            return state.find(kind, **equals)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """The bodies of all events so far, or of one type, as the journal holds them."""
        bodies = [json.loads(body) for body in self.registry.journal.bodies()]
        return [body for body in bodies if kind in ("", body["type"])]
