"""What commands do inside one transaction: each is judged by its rule, its rows are written, and it becomes one event.

A refused command becomes an event that says so and leaves no row; those before and after it stand. Rules see what the
commands before them wrote. The events are written when the batch is finished, in one statement.
"""

from __future__ import annotations

import builtins
import logging
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
LOG = logging.getLogger(__name__)

LONGEST = 500
"""Characters of a refusal's subject and reason that are recorded: the input may be hostile."""

Refusal = RefusedError | InputError
"""Why a command was not carried out, as a value; the refusal is an event of its own."""


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
    """Another writer changed a row first, when part of the command was written: roll back and run the batch again."""

    def __init__(self, place: int, conflict: ConflictError) -> None:
        super().__init__(conflict.what, conflict.remedy)
        self.place = place
        self.conflict = conflict


class CommandBatch:
    """The commands of one caller, carried out one after the other in an open transaction."""

    def __init__(self, state: State, log: AuditLog, head: Head, run: RunContext, seeds: SeedVault) -> None:
        self.head = head
        self.events: list[Event] = []
        self.decided = False
        self._state, self._log, self._run, self._seeds = state, log, run, seeds
        self._written = 0

    def carry_out(self, commands: Sequence[Command], conflicts: Mapping[int, ConflictError]) -> list[Receipt | Refusal]:
        """The result of each command, in order; those at the places in `conflicts` are refused without evaluation.

        Raises WriteConflictError, after which nothing of this transaction may be committed.
        """
        outcomes: list[Receipt | Refusal] = []
        for place, command in enumerate(commands):
            try:
                outcomes.append(
                    self._refused(command, conflicts[place]) if place in conflicts else self._evaluated(command)
                )
            except ConflictError as conflict:
                raise WriteConflictError(place, conflict) from conflict
        self._write_events()
        return outcomes

    def _evaluated(self, command: Command) -> Receipt | Refusal:
        try:
            context = self._context(command)
            result = without_secrets(RULES[type(command)](self._state, command, context))
            if result.again:
                return self._repeated(result, context)
            event = self._log.compose(self.head, result, replace(self._run, as_of=context.now))
        except (RefusedError, InputError) as refusal:
            return self._refused(command, refusal)
        return self._recorded(result, context, event)

    def _recorded(self, result: CommandResult, context: Context, event: Event) -> Receipt:
        for row in result.rows:
            self._state.apply(row)
        self.events.append(event)
        self.head = event.head
        self.decided = self.decided or result.event in DECISIONS
        return Receipt(event.seq, event.id, result.event, result.subject, context.now, result.rows)

    def _repeated(self, result: CommandResult, context: Context) -> Receipt:
        """Everything stands already: the receipt names the event that wrote it, which may be one of this batch."""
        self._write_events()
        seq, identity = self._log.newest(result.subject, result.event)
        return Receipt(seq, identity, result.event, result.subject, context.now, result.rows)

    def _refused(self, command: Command, refusal: Refusal) -> Refusal:
        record = RecordRefusal(
            about=command.subject[:LONGEST],
            attempted=command.name,
            code=refusal.code,
            reason=refusal.what[:LONGEST],
        )
        context = self._context(record)
        result = without_secrets(RULES[RecordRefusal](self._state, record, context))
        self._recorded(result, context, self._log.compose(self.head, result, replace(self._run, as_of=context.now)))
        # Only the code: a reason may quote what somebody typed.
        LOG.info("%s refused about %r in run %r: %s", command.name, record.about, self._run.run_id, refusal.code)
        return refusal

    def _context(self, command: Command) -> Context:
        refused_on_wall = isinstance(command, RecordRefusal) and self.head.clock == "wall"
        now = _business_time(self.head, None if refused_on_wall else self._run.as_of)
        return Context(self._run.actor, now, self._run.run_id, self._seeds, self.head.origin)

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
