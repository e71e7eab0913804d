"""The registry: check each typed command, record it as one event and write the rows of the event.

Order of a write: commit event and rows in one transaction → append the event to the journal → sign a checkpoint for the
anchors when the event is a decision or a checkpoint is due → return the receipt. Only then may the caller act outside
the registry, for example publish a version.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from data.audit import keys
from data.audit.anchors.anchor import AnchorSink
from data.audit.anchors.configured_anchors import configured_anchors
from data.audit.anchors.line_file import LineFile
from data.audit.journal import Journal
from data.audit.keys import SigningKey
from data.errors import AlteredRowError, AnchorError, ClockError, ConflictError, InputError, JournalError
from data.files.home import Home
from data.files.writability import require_writable
from data.records.person import SERVICE, Actor
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog, Event, Head
from data.registry.clock import RegistryClock
from data.registry.command import Command
from data.registry.command_batch import CommandBatch, Receipt, Refusal, WriteConflictError
from data.registry.commands.log import CreateLog
from data.registry.commands.person import CountAttempt
from data.registry.log_copies import LogCopies
from data.registry.seeds import SeedVault
from data.registry.state import State
from data.registry.store import Store
from data.settings import read_settings
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)

__all__ = ["LARGEST_BATCH", "Receipt", "Refusal", "Registry"]

LARGEST_BATCH = 500
"""Greatest number of commands in one transaction: a batch of this size locks the registry for some seconds."""


class Registry:
    """The registry of one home, which this process reads and writes directly."""

    def __init__(self, home: Home, anchors: Sequence[AnchorSink] | None = None) -> None:
        self.home = home
        self.store = Store(home.database, home.lock, read_settings().lock_wait_seconds, self._around_migration)
        self.journal = Journal(home.journal)
        own = configured_anchors(home, read_settings()) if anchors is None else anchors
        self.anchors: list[AnchorSink] = list(own)
        self._copies = LogCopies(home.database, self.journal, self.anchors)
        self.seeds = SeedVault(home.keys)
        self.clock = RegistryClock(home.clock, timedelta(days=read_settings().longest_silence_days))
        self._key: SigningKey | None = None

    @classmethod
    def here(cls, longest_wait: float | None = None) -> Registry:
        """Return the registry of the configured home; no wait for its lock exceeds `longest_wait`, in seconds."""
        registry = cls(Home.here())
        if longest_wait is not None:
            registry.store.wait_seconds = min(longest_wait, registry.store.wait_seconds)
        return registry

    @property
    def exists(self) -> bool:
        """True if the registry file exists."""
        return self.store.exists()

    @property
    def is_lost(self) -> bool:
        """True if there is the journal of a registry without its file: it can be rebuilt, but not created again."""
        return self.journal.exists() and not self.exists

    def create(self, origin: str = "modelward", clock: str = "wall", actor: Actor | None = None) -> Receipt:
        """Create an empty registry: keys, genesis event and first checkpoint. `clock` is `wall` or `replay`.

        A creation that was interrupted before genesis is continued. Raises InputError when the home has a registry
        already, or the journal of a lost registry.
        """
        if self._is_started():
            raise InputError(
                f"{self.home.root} contains a registry, or the journal of one, already",
                "use it, rebuild it with `modelward audit rebuild`, or choose another MODELWARD_HOME",
            )
        self.home.keep_out_of_git()
        name = keys.stored_origin(self.home.keys) or f"{origin}/{secrets.token_hex(4)}"
        self._key = keys.load_or_create(self.home.keys, name)
        recovery = keys.create_recovery(self.home.keys, name)
        command = CreateLog(
            origin=name, vkey=self._key.vkey, recovery_vkey=recovery, log_id=secrets.token_hex(16), clock=clock
        )
        with self.store.transaction(create=True):
            pass
        return self.execute(command, RunContext(actor or SERVICE))

    def execute(self, command: Command, context: RunContext) -> Receipt:
        """Carry out a command and return the receipt; a refusal is recorded, then raised.

        Only a replay registry (`clock: replay`) accepts a business time other than now.
        Raises RefusedError, InputError, ConfigurationError, StoreError, AuditError.
        """
        if command.claimed is not None:
            # Count the attempt in its own transaction, before the code is checked: a refusal must not undo the count.
            attempt = CountAttempt(person=command.claimed.person, attempted=command.name)
            (counted,) = self._commit([attempt], context)
            if isinstance(counted, AlteredRowError):
                raise counted
        (outcome,) = self._commit([command], context)
        if isinstance(outcome, Receipt):
            return outcome
        raise outcome

    def execute_together(self, commands: Sequence[Command], context: RunContext) -> list[Receipt | Refusal]:
        """Carry out many commands in one transaction; each is checked separately and becomes its own event.

        Returns a receipt or a refusal for each command, in their order; a refused command does not affect the others.
        A crash leaves all of them or none. Raises InputError before any change for more than LARGEST_BATCH commands or
        for a command with a proof of person. Raises StoreError and AuditError in the same cases as `execute`.
        """
        if len(commands) > LARGEST_BATCH:
            raise InputError(
                f"{len(commands):,} commands were given together; at most {LARGEST_BATCH} are allowed",
                "give them in smaller batches",
            )
        if any(one.claimed is not None for one in commands):
            raise InputError(
                "a batch cannot contain a command with a one-time code, because each attempt is counted first",
                "give that command by itself",
            )
        return self._commit(commands, context)

    def checkpoint(self) -> int:
        """Sign a checkpoint of the whole log, unless there is one; complete the anchors; return its size in events."""
        with self.store.turn():
            self._require_writable()
            with self.store.transaction() as connection:
                head, log = self._checked(connection)
                is_signed = head.size <= self._copies.anchored
                notes = self._copies.notes_to_append(log) if is_signed else self._sign(log, head)
            self._append_to_anchors(notes)
            return head.size

    @contextmanager
    def signing(self) -> Iterator[tuple[State, AuditLog, SigningKey]]:
        """Yield rows, log and key for a signature outside the log, after the log was compared with its copies."""
        with self.store.turn(), self.store.transaction() as connection:
            head, log = self._checked(connection)
            yield State(connection), log, self._signing_key(log, head)

    @contextmanager
    def reading(self) -> Iterator[State]:
        """Yield the present rows, as one snapshot that concurrent writes do not change."""
        with self.store.reading() as connection:
            yield State(connection)

    def session(self) -> AbstractContextManager[None]:
        """Keep the file open and locked for many commands and queries, since opening it costs more than a transaction.

        Other processes wait until the session ends. Raises MissingRegistryError, StoreLockedError, SchemaVersionError.
        """
        return self.store.session()

    def clock_fault(self, head: Head) -> ClockError | None:
        """Return why the clock of this host cannot be trusted to date the next event; None if it can."""
        with self.store.reading() as connection:
            return self.clock.fault(connection, head)

    def head(self) -> Head:
        """Return the head of the log: size, clock, time of the last event. Raises MissingRegistryError, StoreError."""
        with self.store.reading() as connection:
            return AuditLog(connection).head()

    @property
    def anchor_files(self) -> list[tuple[str, Path]]:
        """Location and path of each anchor that is a file, in the form that the verifier takes."""
        return [(one.location, one.path) for one in self.anchors if isinstance(one, LineFile)]

    def _is_started(self) -> bool:
        if self.journal.exists():
            return True
        if not self.exists:
            return False
        with self.store.transaction() as connection:
            return AuditLog(connection).head().size > 0

    def _commit(self, commands: Sequence[Command], context: RunContext) -> list[Receipt | Refusal]:
        """Carry out the commands in one transaction.

        When another writer changed a row of a command first, that command is refused and the others are repeated.
        """
        conflicts: dict[int, ConflictError] = {}
        with self.store.turn():
            self._require_writable()
            while True:
                try:
                    return self._record(commands, context, conflicts)
                except WriteConflictError as lost:
                    conflicts[lost.index] = lost.conflict

    def _write_journal(self, events: Sequence[Event]) -> None:
        """Append recorded events to the journal. Raises JournalError, which says that they are recorded."""
        try:
            self.journal.append([event.entry for event in events])
        except JournalError as error:
            number = f"event {events[0].seq} is" if len(events) == 1 else f"events from {events[0].seq} on are"
            raise JournalError(
                f"{error.what}; {number} recorded in the registry, and not yet in the journal",
                f"{error.remedy}: the next command that writes completes the journal; do not repeat this one",
            ) from error

    def _require_writable(self) -> None:
        """Refuse a write that could not be completed, before anything is recorded. Raises FileError.

        Not the anchors: one that cannot be reached is caught up later.
        """
        for path in (self.home.database, self.home.journal):
            require_writable(path)
        self.home.keep_out_of_git()

    def _record(
        self, commands: Sequence[Command], context: RunContext, conflicts: Mapping[int, ConflictError]
    ) -> list[Receipt | Refusal]:
        with self.store.transaction() as connection:
            head, log = self._checked(connection)
            self.clock.require_plausible(connection, head)
            batch = CommandBatch(State(connection), log, head, context, self.seeds)
            outcomes = batch.carry_out(commands, conflicts)
            if batch.decided:
                self._copies.require_reachable()
            is_due = log.checkpoint_due(batch.head.size, batch.decided, datetime.now(UTC), self._copies.anchored)
        self.clock.remember()
        if batch.events:
            # Journal before anchors: a checkpoint only proves that events existed, the journal can restore them.
            self._write_journal(batch.events)
            for event in batch.events:
                LOG.debug("event %d %s recorded: %s about %r", event.seq, *event.copies[:3])
            if is_due:
                self._anchor(batch.head)
            else:
                self._copies.written(batch.head, self._copies.anchored)
        return outcomes

    def _checked(self, connection: duckdb.DuckDBPyConnection) -> tuple[Head, AuditLog]:
        """Return the head and the log to write to, after they were compared with the journal and the anchors."""
        reader = AuditLog(connection)
        head = reader.head()
        key = self._signing_key(reader, head)
        self._copies.check(reader, head, key.vkey)
        return head, AuditLog(connection, key)

    @contextmanager
    def _around_migration(self, connection: duckdb.DuckDBPyConnection) -> Iterator[SigningKey | None]:
        """Journal and anchor the events of a migration, which the block runs, before the new schema is used.

        The journal is compared before the migration: a file that lost events must not get a new event. Yields the key
        that seals the events.
        """
        log = AuditLog(connection)
        before = log.head()
        if before.size == 0:
            yield None
            return
        self.clock.require_plausible(connection, before)
        self._copies.check_before_migration(log, before)
        yield self._signing_key(log, before)
        head = log.head()
        self.journal.append(log.entries(before.size))
        connection.begin()
        try:
            notes = self._sign(log, head)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        self._append_to_anchors(notes, connection)

    def _anchor(self, head: Head) -> None:
        """Sign a checkpoint: store its note in the registry first, then append it to the anchors."""
        with self.store.transaction() as connection:
            notes = self._sign(AuditLog(connection), head)
            self._copies.written(head, head.size)
        self._append_to_anchors(notes)

    def _sign(self, log: AuditLog, head: Head) -> Sequence[str]:
        """Sign a checkpoint; return the notes that the anchors may lack."""
        log.sign(self._signing_key(log, head), head)
        return self._copies.notes_to_append(log)

    def _append_to_anchors(self, notes: Sequence[str], connection: duckdb.DuckDBPyConnection | None = None) -> None:
        """Append the notes to the anchors, and store which anchors confirmed them, also when one of them failed."""
        if not notes:
            return
        try:
            confirmed = self._copies.append_to_anchors(notes)
        except AnchorError as error:
            self._confirm(error.confirmed, connection)
            raise
        self._confirm(confirmed, connection)

    def _confirm(self, confirmed: Sequence[tuple[str, int]], connection: duckdb.DuckDBPyConnection | None) -> None:
        with self.store.transaction() if connection is None else nullcontext(connection) as open_connection:
            for anchor, size in confirmed:
                AuditLog(open_connection).confirm(anchor, size)

    def _signing_key(self, log: AuditLog, head: Head) -> SigningKey:
        """Return the key of the log. Raises SigningKeyError when it is not the key that the log declares."""
        if self._key is None:
            self._key = keys.load_declared(self.home.keys, head.origin, log.vkey())
        return self._key
