"""What a command is, what surrounds it, and what a rule answers."""

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
    """A person and their one-time code; the code never enters an event, a log or a `repr`.

    `waited_seconds` is the time since the code was submitted, where the process that reads it had to start first.
    """

    person: str = Field(max_length=128)
    code: str = Field(repr=False, max_length=16)
    waited_seconds: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)


class Command(Frozen):
    """One thing asked of the registry. `name` is how the audit log calls the attempt."""

    name: ClassVar[str]

    @property
    def subject(self) -> str:
        """What the command is about, for the record of a refusal."""
        return "registry"

    @property
    def claimed(self) -> Proof | None:
        """The proof of person that comes with it, if any; its attempt is counted before it is checked."""
        return getattr(self, "proof", None)


class Timed(Protocol):
    """Whatever knows the moment that something is judged at."""

    @property
    def now(self) -> datetime:
        """That moment, in UTC."""


@dataclass(frozen=True)
class Moment:
    """A moment and nothing else: for asking who could act at it, when nobody gives a command."""

    now: datetime


@dataclass(frozen=True)
class Context:
    """What surrounds a command: who gave it, the business time it is judged at, the run that gave it, which log."""

    actor: Actor
    now: datetime
    run_id: str
    seeds: SeedVault
    log: str = ""

    @property
    def person(self) -> str:
        """The actor's id."""
        return self.actor.id


@dataclass(frozen=True)
class CommandResult:
    """What follows from a command: exactly one event with the rows it writes.

    `again` says that all of it is so already: nothing is written, the receipt names the event that made it so.
    """

    event: EventType
    subject: str
    rows: tuple[Row, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    again: bool = False


def without_secrets(result: CommandResult) -> CommandResult:
    """The result without the secrets in its data and its rows, before either is written."""
    rows = tuple(type(row).model_validate(redacted(row.model_dump(mode="json"))) for row in result.rows)
    return replace(result, rows=rows, data=redacted(dict(result.data)))


Rule = Callable[[State, Any, Context], CommandResult]
