"""The registry: every write is a typed command; it is checked, becomes one event, and the event is applied.

Order of a write: commit event and rows in one transaction → append the body to the journal → sign a checkpoint to the
anchors when the event is a decision or one is due → acknowledge. Only then may the caller change the world.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from data.audit import keys
from data.audit.anchor import AnchorSink, FileAnchor, missing
from data.audit.journal import Journal
from data.audit.keys import SigningKey
from data.errors import ConflictError, InputError, MissingRegistryError
from data.files.home import Home
from data.records.person import SERVICE, Actor
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog, Head
from data.registry.command import Command
from data.registry.command_batch import CommandBatch, Receipt, Refusal, WriteConflictError
from data.registry.commands.log import CreateLog
from data.registry.commands.person import CountAttempt
from data.registry.seeds import SeedVault
from data.registry.state import State
from data.registry.store import Store
from data.settings import read_settings

LOG = logging.getLogger(__name__)

__all__ = ["MOST_TOGETHER", "Receipt", "Refusal", "Registry"]

MOST_TOGETHER = 500
"""Commands in one transaction: so many hold the registry for seconds, and others wait that long for their turn."""


class Registry:
    """The registry of one home, embedded in this process."""

    def __init__(self, home: Home, anchors: Sequence[AnchorSink] | None = None) -> None:
        self.home = home
        self.store = Store(home.database, home.lock, read_settings().lock_wait_seconds, self._around_migration)
        self.journal = Journal(home.journal)
        self.anchors: list[AnchorSink] = list(anchors) if anchors is not None else _anchors_of(home)
        self.seeds = SeedVault(home.keys)
        self._key: SigningKey | None = None
        self._anchors_whole = False

    @classmethod
    def here(cls, longest_wait: float | None = None) -> Registry:
        """The registry of the home that the settings name; `longest_wait` in seconds bounds each wait for its lock."""
        registry = cls(Home.here())
        if longest_wait is not None:
            registry.store.wait_seconds = min(longest_wait, registry.store.wait_seconds)
        return registry

    @property
    def exists(self) -> bool:
        """Whether the registry file is there; its journal may be left where it is not."""
        return self.store.exists()

    def create(self, origin: str = "modelward", clock: str = "wall", actor: Actor | None = None) -> Receipt:
        """Start an empty registry: keys, genesis, first checkpoint. `clock` is `wall` or `replay`.

        A start that was interrupted before genesis is taken up again. Raises InputError when a registry is here
        already, or was and left its journal.
        """
        if self._is_started():
            raise InputError(
                f"there is a registry, or the journal of one, under {self.home.root} already",
                "use it, rebuild it with `modelward audit rebuild`, or choose another MODELWARD_HOME",
            )
        name = keys.named(self.home.keys) or f"{origin}/{secrets.token_hex(4)}"
        self._key = keys.load_or_create(self.home.keys, name)
        recovery = keys.create_recovery(self.home.keys, name)
        command = CreateLog(
            origin=name, vkey=self._key.vkey, recovery_vkey=recovery, log_id=secrets.token_hex(16), clock=clock
        )
        with self.store.transaction(create=True):
            pass
        return self.execute(command, RunContext(actor or SERVICE))

    def execute(self, command: Command, context: RunContext) -> Receipt:
        """Carry out a command, or record its refusal and raise it.

        A business time other than now is allowed only where genesis says `clock: replay`. Raises RefusedError,
        InputError, StoreError, AuditError.
        """
        if command.claimed is not None:
            # Counted in a transaction of its own and before the code is checked: a refusal must not take it back.
            attempt = CountAttempt(person=command.claimed.person, attempted=command.name)
            self._commit([attempt], context)
        (outcome,) = self._commit([command], context)
        if isinstance(outcome, Receipt):
            return outcome
        raise outcome

    def execute_together(self, commands: Sequence[Command], context: RunContext) -> list[Receipt | Refusal]:
        """Carry out many commands in one transaction, each checked by itself and each its own event.

        One result for each, in their order: a receipt, or the refusal, which is recorded as usual and leaves the others
        as they are. A crash leaves all of them or none. Raises InputError before anything for more than
        MOST_TOGETHER, or one that needs proof of person; StoreError and AuditError as `execute`, for all at once.
        """
        if len(commands) > MOST_TOGETHER:
            raise InputError(
                f"{len(commands):,} commands were given together; at most {MOST_TOGETHER} are allowed",
                "give them in several batches",
            )
        if any(one.claimed is not None for one in commands):
            raise InputError("a command with a one-time code is given by itself", "each attempt counts before it")
        return self._commit(commands, context)

    def checkpoint(self) -> int:
        """Sign a checkpoint over everything recorded so far, unless one stands; answers how many events it covers."""
        with self.store.turn():
            with self.store.transaction() as connection:
                size = AuditLog(connection).head().size
            self._anchor(size, decision=True)
            return size

    @contextmanager
    def reading(self) -> Iterator[State]:
        """The rows as they stand now, in one snapshot."""
        with self.store.reading() as connection:
            yield State(connection)

    def session(self) -> AbstractContextManager[None]:
        """Hold the lock and the open file across many commands and queries: opening costs more than a transaction.

        Other processes wait meanwhile. Raises MissingRegistryError, StoreLockedError, SchemaVersionError.
        """
        return self.store.session()

    def head(self) -> Head:
        """Size, clock and newest time of the log. Raises MissingRegistryError, StoreError."""
        with self.store.reading() as connection:
            return AuditLog(connection).head()

    def backup(self, target: Path) -> None:
        """Copy every table into a new file. Raises StoreError when the target exists, NestedTransactionError."""
        self.store.backup(target)

    @property
    def anchor_files(self) -> list[tuple[str, Path]]:
        """Location and path of each anchor that is a file, as the verifier asks for them."""
        return [(one.location, one.path) for one in self.anchors if isinstance(one, FileAnchor)]

    def _is_started(self) -> bool:
        if self.home.journal.exists():
            return True
        if not self.store.exists():
            return False
        with self.store.transaction() as connection:
            return AuditLog(connection).head().size > 0

    def _commit(self, commands: Sequence[Command], context: RunContext) -> list[Receipt | Refusal]:
        """Carry out all in one transaction. Whatever lost its row to another writer is refused, the rest runs again."""
        conflicts: dict[int, ConflictError] = {}
        with self.store.turn():
            while True:
                try:
                    return self._record(commands, context, conflicts)
                except WriteConflictError as lost:
                    conflicts[lost.place] = lost.conflict

    def _record(
        self, commands: Sequence[Command], context: RunContext, conflicts: Mapping[int, ConflictError]
    ) -> list[Receipt | Refusal]:
        with self.store.transaction() as connection:
            log = AuditLog(connection)
            head = log.head()
            self._catch_up(log, head)
            batch = CommandBatch(State(connection), log, head, context, self.seeds)
            outcomes = batch.carry_out(commands, conflicts)
        if batch.events:
            # The journal before the anchors: a checkpoint proves events, only the journal can bring them back.
            self.journal.append([event.body for event in batch.events])
            for event in batch.events:
                LOG.debug("event %d %s recorded: %s about %r", event.seq, *event.copies[:3])
            self._anchor(batch.head.size, batch.decided)
        return outcomes

    @contextmanager
    def _around_migration(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """A migration is an event like any other: journalled and anchored before anybody uses the new schema.

        The journal is compared first. A file that lost events must not be continued by a migration of its own.
        """
        log = AuditLog(connection)
        self._catch_up(log, log.head())
        yield
        head = log.head()
        if head.size == 0:
            return
        self._catch_up(log, head)
        connection.begin()
        try:
            notes = self._sign_if_due(log, head.size, decision=True)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        self._hand_out(notes)

    def _catch_up(self, log: AuditLog, head: Head) -> None:
        """A crash between commit and journal leaves the journal behind: append what is missing."""
        known = self.journal.size()
        if known > head.size:
            raise MissingRegistryError(
                f"the journal holds {known} events, the registry only {head.size}: the registry lost some",
                "keep both as they are and run `modelward audit rebuild`",
            )
        if known < head.size:
            LOG.warning("the journal lacked events %d to %d, a crash left them out", known, head.size - 1)
            self.journal.append(log.bodies(known))

    def _anchor(self, size: int, decision: bool) -> None:
        """Sign a checkpoint when one is due; the registry keeps it before the anchors do, and they catch up on it."""
        with self.store.transaction() as connection:
            notes = self._sign_if_due(AuditLog(connection), size, decision)
        self._hand_out(notes)

    def _sign_if_due(self, log: AuditLog, size: int, decision: bool) -> Sequence[str]:
        """The notes that the anchors may lack: the new one, and all until this process has seen the anchors whole."""
        if not log.checkpoint_due(size, decision, datetime.now(UTC)):
            return ()
        fresh = log.sign(self._signing_key(log))
        return (fresh,) if self._anchors_whole else log.notes()

    def _hand_out(self, notes: Sequence[str]) -> None:
        if not notes:
            return
        for sink in self.anchors:
            LOG.debug("checkpoint to the anchor %s", sink.name)
            for note in notes if self._anchors_whole else missing(sink, notes):
                sink.append(note)
        self._anchors_whole = True

    def _signing_key(self, log: AuditLog) -> SigningKey:
        if self._key is None:
            self._key = keys.load(self.home.keys, log.origin())
        return self._key


def _anchors_of(home: Home) -> list[AnchorSink]:
    """The home's own anchor file, and those that the settings name."""
    named = [FileAnchor(path, location) for location, path in read_settings().anchors]
    return [FileAnchor(home.anchor), *named]
