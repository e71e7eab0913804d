"""The registry: every write is a typed command; it is checked, becomes one event, and the event is applied.

Order of a write: commit event and rows in one transaction → append the body to the journal → sign a checkpoint to the
anchors when the event is a decision or one is due → acknowledge. Only then may the caller change the world.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.audit import keys
from data.audit.anchor import AnchorSink, FileAnchor, missing
from data.audit.journal import Journal
from data.audit.keys import SigningKey
from data.audit_log import AuditLog, Head
from data.command import Command, Context, without_secrets
from data.commands.log import CreateLog, RecordRefusal
from data.commands.person import CountAttempt
from data.errors import ConfigurationError, InputError, MissingRegistryError, RefusedError
from data.events import DECISIONS, EventType
from data.home import Home
from data.records.instant import in_utc
from data.records.person import SERVICE, Actor
from data.rulings.all import RULES
from data.seeds import SeedVault
from data.settings import read_settings
from data.state import State
from data.store import Store

LONGEST = 500
"""Characters of a refusal's subject and reason that are remembered: what was tried may be hostile."""


@dataclass(frozen=True)
class Receipt:
    """A recorded event: its number, id, type, the time it counts from, and the rows it wrote."""

    seq: int
    id: str
    type: EventType
    subject: str
    effective_at: datetime
    rows: tuple[Any, ...]


class Registry:
    """The registry of one home, embedded in this process."""

    def __init__(self, home: Home, anchors: Sequence[AnchorSink] | None = None) -> None:
        self.home = home
        self.store = Store(home.database, home.lock, read_settings().lock_wait_seconds)
        self.journal = Journal(home.journal)
        self.anchors: list[AnchorSink] = list(anchors) if anchors is not None else _anchors_of(home)
        self.seeds = SeedVault(home.keys)
        self._key: SigningKey | None = None
        self._anchors_whole = False

    @classmethod
    def here(cls) -> Registry:
        """The registry of the home that the settings name."""
        return cls(Home.here())

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
        return self.execute(command, actor or SERVICE)

    def execute(self, command: Command, actor: Actor, *, as_of: datetime | None = None, run_id: str = "") -> Receipt:
        """Carry out a command, or record its refusal and raise it.

        `as_of` is the business time, allowed only where genesis says `clock: replay`. Raises RefusedError,
        InputError, StoreError, AuditError.
        """
        if command.claimed is not None:
            attempt = CountAttempt(person=command.claimed.person, attempted=command.name)
            self._commit(attempt, actor, as_of, run_id)
        return self._commit(command, actor, as_of, run_id)

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

    def _commit(self, command: Command, actor: Actor, as_of: datetime | None, run_id: str) -> Receipt:
        with self.store.turn():
            try:
                return self._record(command, actor, as_of, run_id)
            except (RefusedError, InputError) as refusal:
                refused = RecordRefusal(
                    about=command.subject[:LONGEST],
                    attempted=command.name,
                    code=refusal.code,
                    reason=refusal.what[:LONGEST],
                )
                self._record(refused, actor, as_of, run_id)
                raise

    def _record(self, command: Command, actor: Actor, as_of: datetime | None, run_id: str) -> Receipt:
        with self.store.transaction() as connection:
            log = AuditLog(connection)
            head = log.head()
            self._catch_up(log, head)
            refused_on_wall = isinstance(command, RecordRefusal) and head.clock == "wall"
            now = _business_time(head, None if refused_on_wall else as_of)
            context = Context(actor, now, run_id, self.seeds, head.origin)
            state = State(connection)
            ruling = without_secrets(RULES[type(command)](state, command, context))
            if ruling.again:
                seq, identity = log.newest(ruling.subject, ruling.event)
                return Receipt(seq, identity, ruling.event, ruling.subject, context.now, ruling.rows)
            for row in ruling.rows:
                state.apply(row)
            event = log.append(head, ruling, context, run_id)
        self.journal.append([event.body])
        self._anchor(event.seq + 1, ruling.event in DECISIONS)
        return Receipt(event.seq, event.id, ruling.event, ruling.subject, context.now, ruling.rows)

    def _catch_up(self, log: AuditLog, head: Head) -> None:
        """A crash between commit and journal leaves the journal behind: append what is missing."""
        known = self.journal.size()
        if known > head.size:
            raise MissingRegistryError(
                f"the journal holds {known} events, the registry only {head.size}: the registry lost some",
                "keep both as they are and run `modelward audit rebuild`",
            )
        if known < head.size:
            self.journal.append(log.bodies(known))

    def _anchor(self, size: int, decision: bool) -> None:
        """Sign a checkpoint when one is due; the registry keeps it before the anchors do, and they catch up on it."""
        with self.store.transaction() as connection:
            log = AuditLog(connection)
            if not log.checkpoint_due(size, decision, datetime.now(UTC)):
                return
            fresh = [log.sign(self._signing_key(log))]
            notes = fresh if self._anchors_whole else log.notes()
        for sink in self.anchors:
            for note in fresh if self._anchors_whole else missing(sink, notes):
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


def _business_time(head: Head, as_of: datetime | None) -> datetime:
    if as_of is None:
        return datetime.now(UTC)
    if head.size and head.clock != "replay":
        raise ConfigurationError(
            "this registry runs on the wall clock and takes no other time",
            "leave out --as-of; only a registry created with `clock: replay` records a past",
        )
    return in_utc(as_of)
