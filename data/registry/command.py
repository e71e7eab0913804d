"""Define the types that rules work with: command, proof of person, context of a command, and result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol

from pydantic import Field

from data.records.events import EventType
from data.records.person import Actor
from data.records.row import Frozen, Row
from data.registry.redaction import redacted
from data.registry.seeds import SeedVault
from data.registry.state import State


class Proof(Frozen):
    """A person and their one-time code; the code never appears in an event, a log message or a `repr`.

    `waited_seconds` is the time from the submission of the code until a process read it.
    """

    person: str = Field(max_length=128)
    code: str = Field(repr=False, max_length=16)
    waited_seconds: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)


class Command(Frozen):
    """One request to write something to the registry. `name` identifies the command in the audit log."""

    name: ClassVar[str]

    @property
    def subject(self) -> str:
        """The key of the object that the command is about; a refusal is recorded under it."""
        return "registry"

    @property
    def claimed(self) -> Proof | None:
        """The proof of person in the command, or None. The attempt is counted before the proof is checked."""
        return getattr(self, "proof", None)


class Timed(Protocol):
    """An object with the business time at which a question is judged."""

    @property
    def now(self) -> datetime:
        """The business time, in UTC."""


@dataclass(frozen=True)
class Moment:
    """A business time without a command: used to find out who could act at that time."""

    now: datetime


@dataclass(frozen=True)
class Context:
    """The circumstances of a command: actor, business time, id of the run that gave it, seeds, and the log's name."""

    actor: Actor
    now: datetime
    run_id: str
    seeds: SeedVault
    log: str = ""

    @property
    def person(self) -> str:
        """The id of the acting person."""
        return self.actor.id


@dataclass(frozen=True)
class CommandResult:
    """The result of a command: exactly one event with the rows that it writes.

    With `unchanged` nothing is written, because an earlier event did the same; its receipt is returned.
    """

    event: EventType
    subject: str
    rows: tuple[Row, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    unchanged: bool = False


def without_secrets(result: CommandResult) -> CommandResult:
    """Return the result with the secrets in its data and rows replaced, so that none is written."""
    rows = tuple(type(row).model_validate(redacted(row.model_dump(mode="json"))) for row in result.rows)
    return replace(result, rows=rows, data=redacted(dict(result.data)))


Rule = Callable[[State, Any, Context], CommandResult]
"""Judges one type of command: returns its result, or raises the RefusedError or InputError of its refusal."""
