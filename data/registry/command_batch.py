"""Carry out commands in one transaction: judge each command by its rule, write its rows and make one event of it.

A refused command becomes an event that records the refusal and writes no row; the commands before and after it are
carried out as usual. A rule sees the rows that the commands before it wrote. All events are written in one statement
at the end of the batch.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from data.errors import AlteredRowError, ConfigurationError, ConflictError, InputError, NotFoundError, RefusedError
from data.records.events import DECISIONS, EventType
from data.records.instant import in_utc
from data.records.row import Row
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog, Event, Head
from data.registry.command import Command, CommandResult, Context, without_secrets
from data.registry.commands.log import RecordRefusal
from data.registry.rules.all import RULES
from data.registry.rules.proof import used_code
from data.registry.seeds import SeedVault
from data.registry.state import Seen, State
from data.text.safe_log import safe_logger

R = TypeVar("R", bound=Row)
LOG = safe_logger(__name__)

MOST_NAMED = 3
"""Greatest number of altered rows that a refusal names."""
LONGEST = 500
"""Greatest number of characters recorded of a refusal's subject and reason, because the input may be hostile."""

Refusal = RefusedError | InputError
"""The error with which a command was refused, returned as a value; the refusal is recorded as its own event."""


@dataclass(frozen=True)
class Receipt:
    """A recorded event: its number, id, type, subject, business time, and the rows that it wrote."""

    seq: int
    id: str
    type: EventType
    subject: str
    effective_at: datetime
    rows: tuple[Row, ...]

    def rows_of(self, kind: builtins.type[R]) -> list[R]:
        """Return the rows of this type that the event wrote, in the order in which they were written."""
        return [row for row in self.rows if isinstance(row, kind)]

    def row(self, kind: builtins.type[R]) -> R:
        """Return the first row of this type that the event wrote. Raises NotFoundError when there is none."""
        rows = self.rows_of(kind)
        if not rows:
            raise NotFoundError(
                f"the event {self.type.value} wrote no {kind.table} row",
                f"run `modelward audit log --limit 0 --json` to read event {self.seq}",
            )
        return rows[0]


class WriteConflictError(ConflictError):
    """Another writer changed a row of the command at `index` first: roll back the transaction and repeat the batch."""

    def __init__(self, index: int, conflict: ConflictError) -> None:
        super().__init__(conflict.what, conflict.remedy)
        self.index = index
        self.conflict = conflict


class CommandBatch:
    """Commands of one caller that are carried out in their order in one open transaction."""

    def __init__(self, state: State, log: AuditLog, head: Head, run: RunContext, seeds: SeedVault) -> None:
        self.head = head
        self.events: list[Event] = []
        self.decided = False
        self._state, self._log, self._run, self._seeds = state, log, run, seeds
        self._written = 0
        self._applied: set[tuple[str, str]] = set()

    def carry_out(self, commands: Sequence[Command], conflicts: Mapping[int, ConflictError]) -> list[Receipt | Refusal]:
        """Carry out the commands and return one receipt or refusal for each, in their order.

        A command whose index is in `conflicts` is refused without evaluation. Raises WriteConflictError; the caller
        must then roll the transaction back.
        """
        outcomes: list[Receipt | Refusal] = []
        for index, command in enumerate(commands):
            try:
                outcomes.append(
                    self._refused(command, conflicts[index]) if index in conflicts else self._evaluated(command)
                )
            except ConflictError as conflict:
                raise WriteConflictError(index, conflict) from conflict
        self._write_events()
        return outcomes

    def _evaluated(self, command: Command) -> Receipt | Refusal:
        seen = self._state.seen = Seen({}, set())
        try:
            context = self._context(command)
            result = without_secrets(RULES[type(command)](self._state, command, context))
            if result.unchanged:
                return self._repeated(result, context)
            self._check_rows(result, seen)
            event = self._log.compose(self.head, result, replace(self._run, as_of=context.now))
        except (RefusedError, InputError) as refusal:
            return self._refused(command, refusal)
        return self._recorded(result, context, event)

    def _check_rows(self, result: CommandResult, seen: Seen) -> None:
        """Compare rows with their last images in the log: an edited row must not become part of the log.

        For a decision, or an attempt to prove who is acting, these are all rows that the rule read, and the events of
        the earlier commands of this batch are written first, since they may hold the images. For any other command
        these are the rows that it replaces. Raises AlteredRowError, which is recorded as a refusal.
        """
        if result.event in DECISIONS or result.event is EventType.CREDENTIAL_ATTEMPTED:
            self._write_events()
            differing = self._log.differing(seen.rows.values(), seen.tables)
        else:
            replaced = {(row.table, row.key) for row in result.rows if row.rev > 1} - self._applied
            differing = self._log.differing((seen.rows[place] for place in replaced if place in seen.rows), ())
        if differing:
            raise AlteredRowError(f"the registry differs from its log in {', '.join(differing[:MOST_NAMED])}")

    def _recorded(self, result: CommandResult, context: Context, event: Event) -> Receipt:
        for row in result.rows:
            self._state.apply(row)
            self._applied.add((row.table, row.key))
        self.events.append(event)
        self.head = event.head
        self.decided = self.decided or result.event in DECISIONS
        return Receipt(event.seq, event.id, result.event, result.subject, context.now, result.rows)

    def _repeated(self, result: CommandResult, context: Context) -> Receipt:
        """Return the receipt of the earlier event that did this already; that event may belong to this batch."""
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
        self._use_code(command, context)
        result = without_secrets(RULES[RecordRefusal](self._state, record, context))
        self._recorded(result, context, self._log.compose(self.head, result, replace(self._run, as_of=context.now)))
        # Log the error code only: the reason may quote what a person typed.
        LOG.info(
            "command %s about %r refused in run %r: %s", command.name, record.about, self._run.run_id, refusal.code
        )
        return refusal

    def _use_code(self, command: Command, context: Context) -> None:
        """Record that the code of a refused command is used, if it was right; it must not stay valid."""
        if command.claimed is None:
            return
        self._state.seen = seen = Seen({}, set())
        result = used_code(self._state, command.claimed, command.name, context)
        if result is not None and not self._log.differing(seen.rows.values(), seen.tables):
            self._recorded(result, context, self._log.compose(self.head, result, replace(self._run, as_of=context.now)))

    def _context(self, command: Command) -> Context:
        refused_on_wall = isinstance(command, RecordRefusal) and self.head.clock == "wall"
        now = _business_time(self.head, None if refused_on_wall else self._run.as_of)
        return Context(self._run.actor, now, self._run.run_id, self._seeds, self.head.origin)

    def _write_events(self) -> None:
        self._log.write(self.events[self._written :])
        self._written = len(self.events)
        self._applied.clear()


def _business_time(head: Head, as_of: datetime | None) -> datetime:
    if as_of is None:
        return datetime.now(UTC)
    if head.size and head.clock != "replay":
        raise ConfigurationError(
            "this registry uses the current time and accepts no other",
            "omit --as-of; only a replay registry (`clock: replay`) accepts past times",
        )
    return in_utc(as_of)
