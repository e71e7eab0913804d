"""Rebuilds a lost database from the journal: the state tables are the fold of the events."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.audit.anchor import AnchorSink, confirmed_name
from data.audit.body import GENESIS_PREV, canonical_text, leaf_hash
from data.audit.journal import Journal, JournalEntry
from data.audit.merkle import Frontier
from data.audit.note import parse_checkpoint
from data.errors import JournalError, StoreError

_RESTORE = "restore the journal from its backup"
_BATCH = 5_000
_DECLARING = (b'"type":"log.created"', b'"type":"log.migrated"')
_ROWS_A_STATEMENT = 200
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
_ROW_INDEX = pa.schema([("table_name", pa.string()), ("key", pa.string()), ("seq", pa.int64())])
_Rows = dict[str, dict[str, dict[str, Any]]]


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
        with duckdb.connect(str(draft)) as connection:
            create_tables(connection, _last_declared_schema(journal))
            size = _Rebuilding(connection).run(journal, anchors)
        draft.replace(target)
    except duckdb.Error as broken:
        raise StoreError(f"the registry cannot be rebuilt in {target}: {broken}") from broken
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            left.unlink(missing_ok=True)
    return size


class _Rebuilding:
    """The state of one rebuild: the hash chain so far, and the last image of every row."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._frontier = Frontier.empty()
        self._leaf = GENESIS_PREV
        self._rows: _Rows = {}
        self._seqs: dict[tuple[str, str], int] = {}
        self._notes: dict[int, str] = {}
        self._frontiers: dict[int, str] = {}
        found = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'row_image'").fetchone()
        self._is_sealed = found is not None
        """Whether the schema of the journal has seals and the index of rows; the first schema has neither."""

    def run(self, journal: Journal, anchors: Sequence[AnchorSink]) -> int:
        for note in (note for anchor in anchors for note in anchor.notes()):
            self._notes.setdefault(parse_checkpoint(note).size, note)
        self._connection.begin()
        entries = journal.entries()
        while batch := list(islice(entries, _BATCH)):
            self._insert_events([self._read(entry) for entry in batch])
        if not self._frontier.size:
            raise JournalError(f"the journal {journal.path} contains no event", _RESTORE)
        head = [0, self._frontier.size, self._leaf, self._frontier.to_hex()]
        self._connection.execute("INSERT INTO audit_head VALUES (?, ?, ?, ?)", head)
        for table, rows in self._rows.items():
            self._insert_rows(table, rows)
        if self._is_sealed:
            self._insert_row_index()
        self._insert_checkpoints(anchors)
        self._connection.commit()
        return self._frontier.size

    def _read(self, entry: JournalEntry) -> dict[str, Any]:
        seq, body = self._frontier.size, entry.body
        try:
            event = json.loads(body, parse_int=_number)
            if (event["seq"], event["prev"]) != (seq, self._leaf):
                raise JournalError(f"line {seq + 1} of the journal does not follow the previous event", _RESTORE)
            for image in event["rows"]:
                self._rows.setdefault(image["table"], {})[image["key"]] = image
                self._seqs[image["table"], image["key"]] = seq
            copies = {name: event[name] for name in _COPIES} | {"actor": event["actor"]["id"]}
        except (ValueError, KeyError, TypeError) as broken:
            raise JournalError(f"line {seq + 1} of the journal is not an event: {broken!r}", _RESTORE) from broken
        leaf = leaf_hash(body)
        self._frontier, self._leaf = self._frontier.append(leaf), leaf.hex()
        if self._frontier.size in self._notes:
            self._frontiers[self._frontier.size] = self._frontier.to_hex()
        return {"seq": seq, "body": body, "leaf": leaf, "seal": entry.seal} | copies

    def _insert_events(self, events: list[dict[str, Any]]) -> None:
        self._connection.register("arriving", pa.Table.from_pylist(events, schema=_EVENTS))
        names = [name for name in _EVENTS.names if name != "seal" or self._is_sealed]
        self._connection.execute(
            f"INSERT INTO audit_event ({', '.join(names)}) SELECT {', '.join(names)} FROM arriving"
        )
        self._connection.unregister("arriving")

    def _insert_rows(self, table: str, rows: dict[str, dict[str, Any]]) -> None:
        """Insert each row once, with its last image; a column that the image lacks stays null."""
        names = sorted({name for image in rows.values() for name in image["values"]})
        columns = ", ".join(map(_quoted, ["key", "rev", *names]))
        images = iter(rows.values())
        while batch := list(islice(images, _ROWS_A_STATEMENT)):
            marks = ", ".join(f"({', '.join('?' * (len(names) + 2))})" for _ in batch)
            values = [cell for image in batch for cell in _cells(image, names)]
            self._connection.execute(f"INSERT INTO {_quoted(table)} ({columns}) VALUES {marks}", values)

    def _insert_row_index(self) -> None:
        places = [{"table_name": table, "key": key, "seq": seq} for (table, key), seq in self._seqs.items()]
        self._connection.register("arriving", pa.Table.from_pylist(places, schema=_ROW_INDEX))
        self._connection.execute("INSERT INTO row_image SELECT * FROM arriving")
        self._connection.unregister("arriving")

    def _insert_checkpoints(self, anchors: Sequence[AnchorSink]) -> None:
        for size in sorted(self._frontiers):
            values = [size, self._notes[size], self._frontiers[size]]
            if self._is_sealed:
                self._connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?)", values)
            else:
                self._connection.execute("INSERT INTO checkpoint VALUES (?, ?)", values[:2])
        if self._is_sealed:
            for anchor in anchors:
                held = [size for note in anchor.notes() if (size := parse_checkpoint(note).size) in self._frontiers]
                if held:
                    values = [confirmed_name(anchor), max(held)]
                    self._connection.execute("INSERT INTO anchor_confirmation VALUES (?, ?)", values)


def _last_declared_schema(journal: Journal) -> int:
    """Return the schema number that genesis or the last migration declares; 1 where none is declared."""
    schema = 1
    for body in journal.bodies():
        if not any(mark in body for mark in _DECLARING):  # parsing every body twice would double the time
            continue
        try:
            event = json.loads(body)
            if event["type"] in ("log.created", "log.migrated"):
                schema = int(event["data"].get("schema", schema))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # the rebuild reads the line again and reports it
    return schema


def _cells(image: dict[str, Any], names: Sequence[str]) -> list[Any]:
    return [image["key"], image["rev"], *(_stored(image["values"].get(name)) for name in names)]


def _stored(value: object) -> object:
    return canonical_text(value) if isinstance(value, (dict, list)) else value


def _number(token: str) -> int | float:
    """Parse an integer token; beyond ±2**53 it is a real that RFC 8785 writes without a point, so return a float."""
    number = int(token)
    return number if abs(number) < _EXACT else float(token)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
