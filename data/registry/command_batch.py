"""What commands do inside one transaction: each is ruled on, its rows are written, and it becomes one event.

A refused command becomes an event that says so and leaves no row; those before and after it stand. Rules see what the
commands before them wrote. The events are written when the enactment is finished, in one go.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from data.errors import ConfigurationError, ConflictError, InputError, NotFoundError, RefusedError
from data.records.events import DECISIONS, EventType
from data.records.instant import in_utc
from data.records.row import Row
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog, Event, Head
from data.registry.command import Command, CommandResult, Context, without_secrets
from data.registry.commands.log import RecordRefusal
from data.registry.rules.all import RULES
from data.registry.seeds import SeedVault
from data.registry.state import State

R = TypeVar("R", bound=Row)

LONGEST = 500
"""Characters of a refusal's subject and reason that are remembered: what was tried may be hostile."""

Refusal = RefusedError | InputError
"""Why a command was not carried out, as a value; the refusal is on record."""


@dataclass(frozen=True)
class Receipt:
    """A recorded event: its number, id, type, the time it counts from, and the rows it wrote."""

    seq: int
    id: str
    type: EventType
    subject: str
    effective_at: datetime
    rows: tuple[Row, ...]

    def rows_of(self, kind: builtins.type[R]) -> list[R]:
        """The rows of this type that the event wrote, in the order in which they were applied."""
        return [row for row in self.rows if isinstance(row, kind)]

    def row(self, kind: builtins.type[R]) -> R:
        """The first row of this type that the event wrote. Raises NotFoundError when it wrote none."""
        rows = self.rows_of(kind)
        if not rows:
            raise NotFoundError(
                f"the event {self.type.value} wrote no {kind.table} row",
                f"`modelward history` shows event {self.seq} and its rows",
            )
        return rows[0]


class WriteConflictError(ConflictError):
    """A command lost its row to a rival when part of it was written: the transaction must go, and come again."""

    def __init__(self, place: int, conflict: ConflictError) -> None:
        super().__init__(conflict.what, conflict.remedy)
        self.place = place
        self.conflict = conflict


class CommandBatch:
    """Commands of one order carried out one after the other on an open transaction."""

    def __init__(self, state: State, log: AuditLog, head: Head, order: RunContext, seeds: SeedVault) -> None:
        self.head = head
        self.events: list[Event] = []
        self.decided = False
        self._state, self._log, self._order, self._seeds = state, log, order, seeds
        self._written = 0

    def carry_out(self, commands: Sequence[Command], torn: Mapping[int, ConflictError]) -> list[Receipt | Refusal]:
        """What came of each command, in their order; those at the places in `torn` are refused unheard.

        Raises TornError, on which nothing of this transaction may be committed.
        """
        outcomes: list[Receipt | Refusal] = []
        for place, command in enumerate(commands):
            try:
                outcomes.append(self._refused(command, torn[place]) if place in torn else self._heard(command))
            except ConflictError as conflict:
                raise WriteConflictError(place, conflict) from conflict
        self._write_events()
        return outcomes

    def _heard(self, command: Command) -> Receipt | Refusal:
        try:
            context = self._context(command)
            ruling = without_secrets(RULES[type(command)](self._state, command, context))
            if ruling.again:
                return self._repeated(ruling, context)
            event = self._log.compose(self.head, ruling, replace(self._order, as_of=context.now))
        except (RefusedError, InputError) as refusal:
            return self._refused(command, refusal)
        return self._enacted(ruling, context, event)

    def _enacted(self, ruling: CommandResult, context: Context, event: Event) -> Receipt:
        for row in ruling.rows:
            self._state.apply(row)
        self.events.append(event)
        self.head = event.head
        self.decided = self.decided or ruling.event in DECISIONS
        return Receipt(event.seq, event.id, ruling.event, ruling.subject, context.now, ruling.rows)

    def _repeated(self, ruling: CommandResult, context: Context) -> Receipt:
        """All of it is so already: the receipt names the event that made it so, which may be one of these."""
        self._write_events()
        seq, identity = self._log.newest(ruling.subject, ruling.event)
        return Receipt(seq, identity, ruling.event, ruling.subject, context.now, ruling.rows)

    def _refused(self, command: Command, refusal: Refusal) -> Refusal:
        told = RecordRefusal(
            about=command.subject[:LONGEST],
            attempted=command.name,
            code=refusal.code,
            reason=refusal.what[:LONGEST],
        )
        context = self._context(told)
        ruling = without_secrets(RULES[RecordRefusal](self._state, told, context))
        self._enacted(ruling, context, self._log.compose(self.head, ruling, replace(self._order, as_of=context.now)))
        return refusal

    def _context(self, command: Command) -> Context:
        refused_on_wall = isinstance(command, RecordRefusal) and self.head.clock == "wall"
        now = _business_time(self.head, None if refused_on_wall else self._order.as_of)
        return Context(self._order.actor, now, self._order.run_id, self._seeds, self.head.origin)

    def _write_events(self) -> None:
        self._log.write(self.events[self._written :])
        self._written = len(self.events)


def _business_time(head: Head, as_of: datetime | None) -> datetime:
    if as_of is None:
        return datetime.now(UTC)
    if head.size and head.clock != "replay":
        raise ConfigurationError(
            "this registry runs on the wall clock and takes no other time",
            "leave out --as-of; only a registry created with `clock: replay` records a past",
        )
    return in_utc(as_of)
