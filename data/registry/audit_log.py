"""Appending to the audit log inside a transaction: body, leaf, copies, head and checkpoints.

An event is composed first. That writes nothing, and refuses what cannot be written to the log. Any number of composed
events is written in one statement.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from data.audit.anchor import due
from data.audit.body import GENESIS_PREV, canonical, leaf_hash
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from data.errors import ConfigurationError, NotFoundError
from data.records.instant import write_instant
from data.records.run_context import RunContext
from data.registry.command import CommandResult
from data.registry.rules.number import RULES_NUMBER

FORMAT = 2
"""The format of the events written now: 2 since an event names its rules, see docs/audit-format.md."""


@dataclass(frozen=True)
class Head:
    """The end of the log: its size, last leaf and frontier; origin and clock as genesis says; the last times."""

    size: int
    leaf: str
    frontier: Frontier
    origin: str
    clock: str
    recorded_at: str


@dataclass(frozen=True)
class Event:
    """One event as it is to stand after a head, and where the log ends with it."""

    seq: int
    id: str
    body: bytes
    leaf: bytes
    copies: tuple[str, ...]
    head: Head


class AuditLog:
    """The log's tables in one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def head(self) -> Head:
        """Where the log ends; of size 0 before genesis."""
        row = self._connection.execute("SELECT size, leaf, frontier FROM audit_head WHERE id = 0").fetchone()
        if row is None:
            return Head(0, GENESIS_PREV, Frontier.empty(), "", "replay", "")
        genesis = json.loads(self.bodies(0, 1)[0])["data"]
        last = self._connection.execute("SELECT recorded_at FROM audit_event WHERE seq = ?", [row[0] - 1]).fetchone()
        return Head(
            row[0], row[1], Frontier.from_hex(row[2]), genesis["origin"], genesis["clock"], last[0] if last else ""
        )

    def origin(self) -> str:
        """The log's name, as genesis gives it."""
        return self.head().origin

    def bodies(self, start: int, end: int | None = None) -> list[bytes]:
        """The stored bodies from `start` up to, not including, `end`."""
        stop = end if end is not None else 1 << 62
        rows = self._connection.execute(
            "SELECT body FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq", [start, stop]
        ).fetchall()
        return [row[0] for row in rows]

    @staticmethod
    def compose(head: Head, result: CommandResult, context: RunContext) -> Event:
        """The event that follows the head; nothing is written. Only a replay log takes the business time of `context`.

        Raises ConfigurationError for a second genesis or none, InputError for what cannot be written to the log.
        """
        if (head.size == 0) != (result.event == "log.created"):
            raise ConfigurationError("a log starts with genesis and has only one", "use an empty home to start another")
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
        return Event(head.size, identity, body, leaf, copies, after)

    def write(self, events: Sequence[Event]) -> None:
        """Append composed events, each of which follows the one before it and the first the head."""
        if not events:
            return
        rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(events))
        values = [value for one in events for value in (one.seq, one.body, one.leaf, *one.copies)]
        self._connection.execute(f"INSERT INTO audit_event VALUES {rows}", values)
        head = events[-1].head
        self._connection.execute(
            "INSERT INTO audit_head VALUES (0, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET size = excluded.size, leaf = excluded.leaf, frontier = excluded.frontier",
            [head.size, head.leaf, head.frontier.to_hex()],
        )

    def newest(self, subject: str, type_: str) -> tuple[int, str]:
        """Number and id of the newest event of a type about a subject. Raises NotFoundError."""
        row = self._connection.execute(
            "SELECT seq, id FROM audit_event WHERE subject = ? AND type = ? ORDER BY seq DESC LIMIT 1", [subject, type_]
        ).fetchone()
        if row is None:
            raise NotFoundError(f"there is no event {type_} of {subject}")
        return row[0], row[1]

    def checkpoint_due(self, size: int, decision: bool, now: datetime) -> bool:
        """Whether a checkpoint must be signed now."""
        row = self._connection.execute("SELECT max(size) FROM checkpoint").fetchone()
        last = int(row[0]) if row and row[0] is not None else 0
        recorded = self._connection.execute("SELECT recorded_at FROM audit_event WHERE seq = ?", [last]).fetchone()
        since = datetime.fromisoformat(recorded[0]) if recorded else now
        return due(last, since, size, now, decision)

    def sign(self, key: SigningKey) -> str:
        """Sign the log as it stands and keep the note; returns it for the anchors."""
        head = self.head()
        note = sign_checkpoint(head.origin, head.size, head.frontier.root(), key)
        self._connection.execute("INSERT INTO checkpoint VALUES (?, ?) ON CONFLICT DO NOTHING", [head.size, note])
        return note

    def notes(self) -> Sequence[str]:
        """Every checkpoint kept here, by size."""
        return [row[0] for row in self._connection.execute("SELECT note FROM checkpoint ORDER BY size").fetchall()]


def uuid7() -> str:
    """A UUID of version 7 (RFC 9562): milliseconds since 1970, then 74 random bits."""
    random = int.from_bytes(os.urandom(10), "big")
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))
