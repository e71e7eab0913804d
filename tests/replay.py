"""A replay registry for tests: move its clock, give commands, make one-time codes, read rows and events."""

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
from data.registry.seed_check import checked_seed

R = TypeVar("R", bound=Row)


class Replay:
    """A replay registry whose business time is `now`; only `move` and `code` change it."""

    def __init__(self, root: Path, now: datetime) -> None:
        self.home = Home(root)
        self.registry = Registry(self.home)
        self.artifacts = ArtifactStore(self.home.artifacts)
        self.now = now

    def move(self, **by: float) -> datetime:
        """Move the clock forward by `days`, `hours`, `minutes` or `seconds`; return the new time."""
        self.now += timedelta(**by)
        return self.now

    def do(self, command: Command, by: str = "dev", run_id: str = "run-1", **extra: Any) -> Receipt:
        """Give a command at `now` as the person `by`, an actor without proof."""
        actor = extra.pop("actor", Actor(id=by))
        return self.registry.execute(command, RunContext(actor, self.now, run_id), **extra)

    def code(self, person: str) -> str:
        """Move the clock by 30 seconds, so that each code is new, and return a person's valid one-time code."""
        self.move(seconds=30)
        return self.phone(person).at(self.now)

    def phone(self, person: str) -> pyotp.TOTP:
        """Return the code generator of a person: `phone("alma").at(time)` is a code."""
        with self.registry.reading() as state:
            credential = active_credential(state, person)
            assert credential is not None, f"{person} is not enrolled"
            return pyotp.TOTP(checked_seed(state, self.registry.seeds, credential))

    def proof(self, person: str) -> Proof:
        """Return a proof of a person with a new code."""
        return Proof(person=person, code=self.code(person))

    def grant(self, person: str, role: Role | str = Role.APPROVER, **scope: Any) -> Receipt:
        """Grant a person a role, with adam's code."""
        return self.do(GrantRole(person=person, role=Role(role), proof=self.proof("adam"), **scope), by="adam")

    def get(self, kind: type[R], key: str) -> R:
        """Return the present row under a key."""
        with self.registry.reading() as state:
            return state.need(kind, key)

    def find(self, kind: type[R], **equals: str | int | bool) -> list[R]:
        """Return the present rows whose columns equal these values."""
        with self.registry.reading() as state:
            return state.find(kind, **equals)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """Return the bodies of all events in the journal, or of those of one type."""
        bodies = [json.loads(body) for body in self.registry.journal.bodies()]
        return [body for body in bodies if kind in ("", body["type"])]
