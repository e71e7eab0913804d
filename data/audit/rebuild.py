"""Rebuilds a lost database from the journal: the state tables are the fold of the events.

The journal is read several times and never held in memory: for the schema, for the events, and for the last image of
each row. The draft of the database is committed in steps; it gets its name when it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from data.audit.anchors.anchor import AnchorSink, confirmed_name
from data.audit.body import GENESIS_PREV, leaf_hash
from data.audit.journal import Journal, JournalEntry
from data.audit.merkle import Frontier
from data.audit.note import parse_checkpoint
from data.audit.rebuilt_rows import ArrivingRows
from data.errors import JournalError, StoreError
from data.files.database_file import Config, open_database, write_ahead_log

_Item = TypeVar("_Item")
_RESTORE = "restore the journal from its backup"
_BATCH = 2_000
"""The number of events in memory at a time."""
_CONFIG: Config = {"threads": 1, "memory_limit": "600MB", "autoinstall_known_extensions": False}
_DECLARING = (b'"type":"log.created"', b'"type":"log.migrated"')
_EXACT = 2**53
_COPIES = ("id", "type", "subject", "actor", "recorded_at", "effective_at")
_EVENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("body", pa.binary()),
        ("leaf", pa.binary()),
        *((name, pa.string()) for name in _COPIES),
        ("seal", pa.binary()),
    ]
)
_PLACES = pa.schema([("table_name", pa.string()), ("key", pa.string()), ("seq", pa.int64())])
_FIND_LAST = """
CREATE TEMP TABLE last_image AS SELECT table_name, key, max(seq) AS seq FROM written GROUP BY ALL ORDER BY max(seq)
"""


def rebuild(
    journal: Journal,
    target: Path,
    create_tables: Callable[[duckdb.DuckDBPyConnection, int], None],
    anchors: Sequence[AnchorSink] = (),
) -> int:
    """Write the registry that results from the journal's events to the new file `target`; return the number of events.

    `create_tables` creates the empty tables of the last schema that the journal declares. Checkpoints are restored from
    the anchors, except those of more events than the journal has: the verification that must follow reports them.
    Raises `StoreError` when the target exists or cannot be written, `JournalError` when the journal is empty or an
    event does not follow the one before it, `AuditError` when an anchor contains something other than checkpoints.
    After an error, no target file is left.
    """
    if target.exists():
        raise StoreError(f"{target} exists already", "choose a file that does not exist, or move the existing file")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.rebuilding")
    draft.unlink(missing_ok=True)
    try:
        with open_database(draft, _CONFIG) as connection:
            create_tables(connection, _last_declared_schema(journal))
            size = _Rebuilding(connection, journal).run(anchors)
        draft.replace(target)
    except duckdb.Error as broken:
        raise StoreError(f"the registry cannot be rebuilt in {target}: {broken}") from broken
    finally:
        for left in (draft, write_ahead_log(draft)):
            left.unlink(missing_ok=True)
    return size


class _Rebuilding:
    """The state of one rebuild: the hash chain so far. The places of row images are in a temporary table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, journal: Journal) -> None:
        self._connection, self._journal = connection, journal
        self._frontier = Frontier.empty()
        self._leaf = GENESIS_PREV
        self._notes: dict[int, str] = {}
        self._frontiers: dict[int, str] = {}
        self._rows = ArrivingRows(connection)
        found = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'row_image'").fetchone()
        self._is_sealed = found is not None
        """Whether the schema of the journal has seals and the index of rows; the first schema has neither."""

    def run(self, anchors: Sequence[AnchorSink]) -> int:
        for note in (note for anchor in anchors for note in anchor.notes()):
            self._notes.setdefault(parse_checkpoint(note).size, note)
        self._connection.execute("CREATE TEMP TABLE written (table_name VARCHAR, key VARCHAR, seq BIGINT)")
        for batch in _batches(self._journal.entries()):
            self._write_events(batch)
        if not self._frontier.size:
            raise JournalError(f"the journal {self._journal.path} contains no event", _RESTORE)
        self._connection.execute(_FIND_LAST)
        for number, bodies in enumerate(_batches(self._journal.bodies())):
            self._write_rows(number * _BATCH, bodies)
        head = [0, self._frontier.size, self._leaf, self._frontier.to_hex()]
        self._connection.execute("INSERT INTO audit_head VALUES (?, ?, ?, ?)", head)
        self._insert_checkpoints(anchors)
        return self._frontier.size

    def _write_events(self, entries: Sequence[JournalEntry]) -> None:
        events: list[dict[str, Any]] = []
        places: list[dict[str, object]] = []
        for entry in entries:
            event, images = self._read(entry)
            events.append(event)
            places += [{"table_name": table, "key": key, "seq": event["seq"]} for table, key in images]
        names = [name for name in _EVENTS.names if name != "seal" or self._is_sealed]
        self._insert("audit_event", pa.Table.from_pylist(events, schema=_EVENTS).select(names))
        self._insert("written", pa.Table.from_pylist(places, schema=_PLACES))

    def _read(self, entry: JournalEntry) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Return an entry as a row of the table of events, and the places of the rows that the event wrote."""
        seq, body = self._frontier.size, entry.body
        try:
            event = json.loads(body)
            if (event["seq"], event["prev"]) != (seq, self._leaf):
                raise JournalError(f"line {seq + 1} of the journal does not follow the previous event", _RESTORE)
            images = [(image["table"], image["key"]) for image in event["rows"]]
            copies = {name: event[name] for name in _COPIES} | {"actor": event["actor"]["id"]}
        except (ValueError, KeyError, TypeError) as broken:
            raise JournalError(f"line {seq + 1} of the journal is not an event: {broken!r}", _RESTORE) from broken
        leaf = leaf_hash(body)
        self._frontier, self._leaf = self._frontier.append(leaf), leaf.hex()
        if self._frontier.size in self._notes:
            self._frontiers[self._frontier.size] = self._frontier.to_hex()
        return {"seq": seq, "body": body, "leaf": leaf, "seal": entry.seal} | copies, images

    def _write_rows(self, start: int, bodies: Sequence[bytes]) -> None:
        """Insert each row whose last image is in one of these events, the first of which has the number `start`."""
        part = "FROM last_image WHERE seq >= ? AND seq < ?"
        bounds = [start, start + _BATCH]
        if self._is_sealed:  # in steps: the index of a million rows at once would need a gigabyte
            self._connection.execute(f"INSERT INTO row_image SELECT table_name, key, seq {part}", bounds)
        rows = self._connection.execute(f"SELECT table_name, key, seq {part}", bounds).fetchall()
        last = {(table, key): seq for table, key, seq in rows}
        needed = set(last.values())
        for seq, body in enumerate(bodies, start):
            if seq not in needed:
                continue
            images = json.loads(body, parse_int=_number)["rows"]
            found = {(image["table"], image["key"]): image for image in images}  # the last one of a row counts
            self._rows.add(seq, [image for place, image in found.items() if last.get(place) == seq])
        for table, arriving in self._rows.tables():
            self._insert(table, arriving)

    def _insert(self, table: str, arriving: pa.Table) -> None:
        """Append rows to a table; columns that the rows do not have stay null."""
        if not arriving.num_rows:
            return
        columns = ", ".join(map(_quoted, arriving.column_names))
        self._connection.register("arriving", arriving)
        self._connection.execute(f"INSERT INTO {_quoted(table)} ({columns}) SELECT {columns} FROM arriving")
        self._connection.unregister("arriving")

    def _insert_checkpoints(self, anchors: Sequence[AnchorSink]) -> None:
        sizes = sorted(self._frontiers)
        notes = {"size": sizes, "note": [self._notes[size] for size in sizes]}
        if self._is_sealed:
            notes["frontier"] = [self._frontiers[size] for size in sizes]
        self._insert("checkpoint", pa.table(notes))
        for anchor in anchors if self._is_sealed else ():
            held = [size for note in anchor.notes() if (size := parse_checkpoint(note).size) in self._frontiers]
            if held:
                values = [confirmed_name(anchor), max(held)]
                self._connection.execute("INSERT INTO anchor_confirmation VALUES (?, ?)", values)


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    arriving = iter(items)
    while batch := list(islice(arriving, _BATCH)):
        yield batch


def _last_declared_schema(journal: Journal) -> int:
    """Return the schema number that genesis or the last migration declares; 1 where none is declared."""
    schema = 1
    for body in journal.bodies():
        if not any(mark in body for mark in _DECLARING):  # parsing every body once more would take much longer
            continue
        try:
            event = json.loads(body)
            if event["type"] in ("log.created", "log.migrated"):
                schema = int(event["data"].get("schema", schema))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # the rebuild reads the line again and reports it
    return schema


def _number(token: str) -> int | float:
    """Parse an integer token; beyond ±2**53 it is a real that RFC 8785 writes without a point, so return a float."""
    number = int(token)
    return number if abs(number) < _EXACT else float(token)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
