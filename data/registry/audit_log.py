"""Append events to the audit log inside a transaction, and sign checkpoints of it.

An event is composed and sealed first, which writes nothing and raises an error when the event cannot be written to the
log. Any number of composed events is then written in one statement: body, leaf, columns copied for queries, seal, and
the new head.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from data.audit.anchors.anchor import due
from data.audit.body import GENESIS_PREV, canonical, leaf_hash
from data.audit.journal import JournalEntry
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from data.audit.seal import seal
from data.errors import ConfigurationError, NotFoundError, SigningKeyError
from data.records.instant import write_instant
from data.records.row import Row
from data.records.run_context import RunContext
from data.registry.command import CommandResult
from data.registry.row_index import RowIndex
from data.registry.rules.number import RULES_NUMBER

FORMAT = 2
"""Format number of the events written by this program; since format 2 an event has the field `rules`. See
docs/audit-format.md."""


@dataclass(frozen=True)
class Head:
    """The end of the log: its size, last leaf, Merkle frontier and last time; origin and clock are those of genesis."""

    size: int
    leaf: str
    frontier: Frontier
    origin: str
    clock: str
    recorded_at: str


@dataclass(frozen=True)
class Event:
    """One composed event that is not written yet; `head` is the head of the log once the event is appended.

    `images` has the table, key and revision of each row that the event writes, `seal` is 64 bytes.
    """

    seq: int
    id: str
    body: bytes
    leaf: bytes
    copies: tuple[str, ...]
    head: Head
    images: tuple[tuple[str, str, int], ...]
    seal: bytes

    @property
    def entry(self) -> JournalEntry:
        """The entry of the journal for this event."""
        return JournalEntry(self.body, self.seal)


@dataclass(frozen=True)
class StoredEvent:
    """One event as the database stores it; `seal` is None for an event that was written before events were sealed."""

    seq: int
    body: bytes
    leaf: bytes
    seal: bytes | None

    @property
    def entry(self) -> JournalEntry:
        """The entry of the journal for this event."""
        return JournalEntry(self.body, self.seal)


@dataclass(frozen=True)
class StoredCheckpoint:
    """A checkpoint as the database stores it; `frontier` is None for one that was signed before events were sealed."""

    size: int
    note: str
    frontier: Frontier | None


class AuditLog:
    """The tables of the audit log, read and written on one connection in the caller's transaction.

    `key` seals the events that are composed; it may be left out where the log is only read.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: SigningKey | None = None) -> None:
        self._connection = connection
        self._key = key

    def head(self) -> Head:
        """Return the head of the log; before genesis a head of size 0."""
        row = self._connection.execute("SELECT size, leaf, frontier FROM audit_head WHERE id = 0").fetchone()
        if row is None:
            return Head(0, GENESIS_PREV, Frontier.empty(), "", "replay", "")
        genesis = json.loads(self._column("body", 0))["data"]
        recorded_at = self._column("recorded_at", row[0] - 1)
        return Head(row[0], row[1], Frontier.from_hex(row[2]), genesis["origin"], genesis["clock"], recorded_at or "")

    def origin(self) -> str:
        """Return the name of the log, as genesis records it."""
        return self.head().origin

    def bodies(self, start: int, end: int | None = None) -> list[bytes]:
        """Return the stored event bodies from number `start` to before `end`; None stands for the end of the log."""
        stop = end if end is not None else 1 << 62
        rows = self._connection.execute(
            "SELECT body FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq", [start, stop]
        ).fetchall()
        return [row[0] for row in rows]

    def entries(self, start: int, end: int | None = None) -> list[JournalEntry]:
        """Return the stored events from number `start` to before `end`, as the journal holds them; None: to the end."""
        return [event.entry for event in self.stored(start, end)]

    def stored(self, start: int, end: int | None = None) -> list[StoredEvent]:
        """Return the stored events from number `start` to before `end`, in their order; None stands for the end."""
        sql = "SELECT seq, body, leaf, seal FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq"
        found = self._connection.execute(sql, [start, end if end is not None else 1 << 62]).fetchall()
        return [StoredEvent(*row) for row in found]

    def vkey(self) -> str:
        """Return the verification key that the log declares: that of genesis, or of the last rotation."""
        rotated = self._connection.execute(
            "SELECT body FROM audit_event WHERE type = 'log.key_rotated' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return str(json.loads(rotated[0] if rotated else self._column("body", 0))["data"]["vkey"])

    def compose(self, head: Head, result: CommandResult, context: RunContext) -> Event:
        """Return the event that follows `head`, sealed but not written. Only a replay log uses the time of `context`.

        Raises ConfigurationError unless the first event, and no other, is genesis. Raises InputError for values that
        cannot be written to the log, SigningKeyError without a key.
        """
        if self._key is None:
            raise SigningKeyError("no event can be recorded without the key of the log")
        if (head.size == 0) != (result.event == "log.created"):
            if head.size == 0:
                raise ConfigurationError(
                    f"the log has no genesis event, so {result.event.value} cannot be appended",
                    "start the registry with `modelward people add`",
                )
            raise ConfigurationError("the log has a genesis event already", "choose another MODELWARD_HOME")
        recorded_at = max(write_instant(datetime.now(UTC)), head.recorded_at)
        replay = head.clock == "replay" and head.size > 0
        effective_at = write_instant(context.as_of) if replay and context.as_of else recorded_at
        identity = uuid7()
        actor = result.actor or context.actor
        origin = head.origin or str(result.data["origin"])
        body = canonical(
            {
                "v": FORMAT,
                "rules": RULES_NUMBER,
                "log": origin,
                "seq": head.size,
                "prev": head.leaf,
                "recorded_at": recorded_at,
                "effective_at": effective_at,
                "id": identity,
                "type": result.event.value,
                "subject": result.subject,
                "actor": actor.model_dump(mode="json"),
                "data": dict(result.data),
                "rows": [row.image() for row in result.rows],
                "refs": {**result.refs, "run": context.run_id} if context.run_id else dict(result.refs),
            }
        )
        leaf = leaf_hash(body)
        clock = head.clock if head.size else str(result.data["clock"])
        after = Head(head.size + 1, leaf.hex(), head.frontier.append(leaf), origin, clock, recorded_at)
        copies = (identity, result.event.value, result.subject, actor.id, recorded_at, effective_at)
        images = tuple((row.table, row.key, row.rev) for row in result.rows)
        return Event(head.size, identity, body, leaf, copies, after, images, seal(self._key, origin, head.size, leaf))

    def write(self, events: Sequence[Event]) -> None:
        """Append composed events; the first must follow the stored head, and each other event its predecessor."""
        if not events:
            return
        rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(events))
        values = [value for one in events for value in (one.seq, one.body, one.leaf, *one.copies, one.seal)]
        self._connection.execute(f"INSERT INTO audit_event VALUES {rows}", values)
        RowIndex(self._connection).advance([(one.seq, one.images) for one in events])
        head = events[-1].head
        # Not ON CONFLICT DO UPDATE: it takes DuckDB four times as long as either statement.
        advance = (
            "UPDATE audit_head SET size = ?, leaf = ?, frontier = ? WHERE id = 0"
            if events[0].seq
            else "INSERT INTO audit_head (id, size, leaf, frontier) VALUES (0, ?, ?, ?)"
        )
        self._connection.execute(advance, [head.size, head.leaf, head.frontier.to_hex()])

    def newest(self, subject: str, type_: str) -> tuple[int, str]:
        """Return number and id of the last event of this type about a subject. Raises NotFoundError."""
        row = self._connection.execute(
            "SELECT seq, id FROM audit_event WHERE subject = ? AND type = ? ORDER BY seq DESC LIMIT 1", [subject, type_]
        ).fetchone()
        if row is None:
            raise NotFoundError(f"there is no event of type {type_} about {subject}")
        return row[0], row[1]

    def differing(self, rows: Iterable[Row], tables: Iterable[str]) -> list[str]:
        """Return a text for each row that differs from its last image in the log, and each table that lost rows."""
        return RowIndex(self._connection).differing(rows, tables)

    def last_event(self, row: Row) -> int | None:
        """Return the number of the event that holds the last image of a row; None without one."""
        return RowIndex(self._connection).last_event((row.table, row.key))

    def anchored_size(self) -> int:
        """Return the size of the log at its last signed checkpoint; 0 when there is none."""
        row = self._connection.execute("SELECT max(size) FROM checkpoint").fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """Return the checkpoint of the greatest size, or None when there is none."""
        sql = "SELECT size, note, frontier FROM checkpoint WHERE size = ?"
        row = self._connection.execute(sql, [self.anchored_size()]).fetchone()
        return None if row is None else StoredCheckpoint(row[0], row[1], Frontier.from_hex(row[2]) if row[2] else None)

    def checkpoint_due(self, size: int, decision: bool, now: datetime, last: int) -> bool:
        """Return True if a checkpoint must be signed now.

        `decision` says that a decision was just recorded, `last` is the size of the last checkpoint.
        """
        recorded = None if decision else self._column("recorded_at", last)
        since = datetime.fromisoformat(recorded) if recorded else now
        return due(last, since, size, now, decision)

    def _column(self, name: str, seq: int) -> Any:
        """Return one column of the event with this number; None where there is no such event."""
        row = self._connection.execute(f"SELECT {name} FROM audit_event WHERE seq = ?", [seq]).fetchone()
        return row[0] if row else None

    def sign(self, key: SigningKey, head: Head) -> str:
        """Sign a checkpoint of the whole log, which ends with `head`; store its note and return it for the anchors."""
        note = sign_checkpoint(head.origin, head.size, head.frontier.root(), key)
        if not self._connection.execute("SELECT 1 FROM checkpoint WHERE size = ?", [head.size]).fetchone():
            values = [head.size, note, head.frontier.to_hex()]
            self._connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?)", values)
        return note

    def note(self, size: int) -> str | None:
        """Return the note of the checkpoint of this size, or None when there is none."""
        row = self._connection.execute("SELECT note FROM checkpoint WHERE size = ?", [size]).fetchone()
        return row[0] if row else None

    def confirmed(self) -> dict[str, int]:
        """Return the size of the last checkpoint that each anchor confirmed, by the name of the anchor."""
        return dict(self._connection.execute("SELECT anchor, size FROM anchor_confirmation").fetchall())

    def confirm(self, anchor: str, size: int) -> None:
        """Store that an anchor confirmed the checkpoint of this size."""
        known = self.confirmed().get(anchor)
        if known is None:
            self._connection.execute("INSERT INTO anchor_confirmation VALUES (?, ?)", [anchor, size])
        elif known < size:
            self._connection.execute("UPDATE anchor_confirmation SET size = ? WHERE anchor = ?", [size, anchor])

    def notes(self, after: int = 0) -> list[str]:
        """Return the notes of the checkpoints of a size above `after`, smallest log size first."""
        sql = "SELECT note FROM checkpoint WHERE size > ? ORDER BY size"
        return [row[0] for row in self._connection.execute(sql, [after]).fetchall()]

    def demanded_anchors(self) -> int | None:
        """Return how many anchors must confirm a checkpoint: the greatest number that a standard in force demands.

        The newest adopted version of a standard is in force. None if no standard demands a number.
        """
        rows = self._connection.execute("SELECT standard, version, anchors FROM standard ORDER BY version").fetchall()
        in_force = {standard: anchors for standard, _, anchors in rows}
        return max(filter(None, in_force.values()), default=None)


def uuid7() -> str:
    """Return a UUID of version 7 (RFC 9562): milliseconds since 1970, then 74 random bits."""
    random = int.from_bytes(os.urandom(10), "big")
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))
