"""The events of a registry, changed directly in its database and journal, with the stolen key or without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from data.audit import keys
from data.audit.body import GENESIS_PREV, canonical, canonical_text, leaf_hash
from data.audit.journal import Journal, JournalEntry
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from data.audit.seal import seal
from data.files.home import Home

EventBody = dict[str, Any]
DECLARING = ("log.created", "log.migrated")
_COLUMNS = ("seq", "body", "leaf", "id", "type", "subject", "actor", "recorded_at", "effective_at", "seal")
_PLACES = ", ".join("?" * len(_COLUMNS))
_INSERT = f"INSERT INTO audit_event ({', '.join(_COLUMNS)}) VALUES ({_PLACES})"


@dataclass(frozen=True)
class DatabaseEvent:
    """An event as the database has it."""

    body: bytes
    seal: bytes | None


class TamperedLog:
    """The log of a home, with the ways in which somebody who can write its files changes it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.events: list[EventBody] = [json.loads(one.body) for one in self.stored()]
        self.size, self.origin = len(self.events), str(self.events[0]["log"])
        self.key = keys.load(self.home.keys, self.origin)
        with duckdb.connect(str(self.home.database), read_only=True) as connection:
            found = connection.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
        self.notes: dict[int, str] = dict(found)
        self.sizes = list(self.notes)

    def stored(self) -> list[DatabaseEvent]:
        """Return the events of the database, in order."""
        with duckdb.connect(str(self.home.database), read_only=True) as connection:
            rows = connection.execute("SELECT body, seal FROM audit_event ORDER BY seq").fetchall()
        return [DatabaseEvent(*row) for row in rows]

    def proven(self, seq: int) -> int:
        """Return the size of the last checkpoint before event `seq`: a rewrite with every copy begins after it."""
        return max((size for size in self.sizes if size <= seq), default=0)

    def rows_written(self) -> list[tuple[str, str]]:
        """Return table and key of each state row."""
        images = [image for event in self.events for image in event["rows"]]
        return sorted({(str(image["table"]), str(image["key"])) for image in images})

    def state_tables(self) -> set[str]:
        """Return the names of the state tables that the log declares."""
        declared = [event["data"].get("tables") for event in self.events if event["type"] in DECLARING]
        return set(next(tables for tables in reversed(declared) if tables))

    def text_columns(self, table: str) -> list[str]:
        """Return the columns of a state table that hold text."""
        query = "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND data_type = 'VARCHAR' ORDER BY 1"
        with duckdb.connect(str(self.home.database), read_only=True) as connection:
            return [name for (name,) in connection.execute(query, [table]).fetchall()]

    def sql(self, *statements: str | tuple[str, Sequence[object]]) -> None:
        """Change the database directly with SQL."""
        with duckdb.connect(str(self.home.database)) as connection:
            for statement in statements:
                query, values = (statement, ()) if isinstance(statement, str) else statement
                connection.execute(query, list(values))

    def edit_lines(self, path: Any, edit: Callable[[list[bytes]], list[bytes]]) -> None:
        """Change the lines of a file of the journal or of an anchor."""
        path.write_bytes(b"".join(line + b"\n" for line in edit(path.read_bytes().split(b"\n")[:-1])))

    def rewrite(
        self,
        events: Sequence[EventBody | bytes],
        key: SigningKey | None = None,
        *,
        journal: bool = False,
        spell: Callable[[EventBody], bytes] = canonical,
    ) -> None:
        """Replace the log by these events, numbered and chained again; with `key` also seals and checkpoints.

        Without it each event keeps the seal of its number. With `journal` the journal is replaced by one file.
        """
        seals = [one.seal for one in self.stored()]
        bodies, prev = list[bytes](), GENESIS_PREV
        for seq, event in enumerate(events):
            bodies.append(event if isinstance(event, bytes) else spell(event | {"seq": seq, "prev": prev}))
            prev = leaf_hash(bodies[-1]).hex()
        sealed = [
            seal(key, key.name, seq, leaf_hash(body)) if key else (seals[seq] if seq < len(seals) else None)
            for seq, body in enumerate(bodies)
        ]
        self._replace_events(bodies, sealed)
        if journal:
            self.replace_journal([JournalEntry(*pair) for pair in zip(bodies, sealed, strict=True)])
        if key:
            self._sign_again(bodies, key)

    def replace_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Write the whole journal as one file."""
        for path in Journal(self.home.journal).files():
            path.unlink()
        self.home.journal.write_bytes(b"".join(entry.line() + b"\n" for entry in entries))

    def append(
        self,
        event: EventBody,
        key: SigningKey | None,
        *,
        journal: bool = True,
        applied: bool = False,
        in_log: bool = False,
    ) -> None:
        """Append one event after the last one, sealed with `key` if it is given, and its line in the journal.

        `applied` also writes its rows into the tables. `in_log` leaves the change in DuckDB's write-ahead log.
        """
        stored = self.stored()
        seq, last = len(stored), leaf_hash(stored[-1].body).hex()
        defaults = {"seq": seq, "prev": last, "id": event_id(seq)}
        times = {name: self.events[-1][name] for name in ("recorded_at", "effective_at")}
        body = canonical({**self.events[-1], "rows": [], "refs": {}, **times, **defaults, **event})
        sealed = seal(key, self.origin, seq, leaf_hash(body)) if key else None
        with duckdb.connect(str(self.home.database)) as connection:
            if in_log:
                connection.execute("PRAGMA disable_checkpoint_on_shutdown; SET checkpoint_threshold = '1GB'")
            (frontier,) = connection.execute("SELECT frontier FROM audit_head").fetchall()[0]
            after = Frontier.from_hex(frontier).append(leaf_hash(body))
            connection.execute(_INSERT, _row(seq, body, sealed))
            connection.execute("UPDATE audit_head SET size = ?, leaf = ?, frontier = ?",
                               [after.size, leaf_hash(body).hex(), after.to_hex()])  # fmt: skip
            if applied:
                _apply(connection, seq, event["rows"])
        if journal:
            with self.home.journal.open("ab") as file:
                file.write(JournalEntry(body, sealed).line() + b"\n")

    def _replace_events(self, bodies: Sequence[bytes], seals: Sequence[bytes | None]) -> None:
        frontier = Frontier.empty()
        for body in bodies:
            frontier = frontier.append(leaf_hash(body))
        head = [0, frontier.size, leaf_hash(bodies[-1]).hex() if bodies else "", frontier.to_hex()]
        with duckdb.connect(str(self.home.database)) as connection:
            connection.execute("DELETE FROM audit_event; DELETE FROM audit_head")
            rows = [_row(seq, body, sealed) for seq, (body, sealed) in enumerate(zip(bodies, seals, strict=True))]
            cells = [cell for row in rows for cell in row]
            connection.execute(_INSERT + f", ({_PLACES})" * (len(rows) - 1), cells)
            connection.execute("INSERT INTO audit_head VALUES (?, ?, ?, ?)", head)

    def _sign_again(self, bodies: Sequence[bytes], key: SigningKey) -> None:
        frontier, notes = Frontier.empty(), list[list[object]]()
        for body in bodies:
            frontier = frontier.append(leaf_hash(body))
            if frontier.size in self.sizes:
                note = sign_checkpoint(key.name, frontier.size, frontier.root(), key)
                notes.append([frontier.size, note, frontier.to_hex()])
        with duckdb.connect(str(self.home.database)) as connection:
            connection.execute("DELETE FROM checkpoint")
            connection.executemany("INSERT INTO checkpoint (size, note, frontier) VALUES (?, ?, ?)", notes)


def event_id(number: int) -> str:
    """Return a fixed UUID of version 7."""
    return f"019b8d00-0000-7000-8000-{number:012x}"


def _row(seq: int, body: bytes, sealed: bytes | None) -> list[object]:
    try:
        event = json.loads(body)
    except ValueError:
        event = {}
    actor = event.get("actor")
    person = actor.get("id", "") if isinstance(actor, dict) else ""
    before, after = ("id", "type", "subject"), ("recorded_at", "effective_at")
    texts = [str(event.get(name, "")) for name in before] + [person] + [str(event.get(name, "")) for name in after]
    return [seq, body, leaf_hash(body), *texts, sealed]


def _apply(connection: duckdb.DuckDBPyConnection, seq: int, images: Sequence[dict[str, Any]]) -> None:
    """Write row images into their tables, and their event into the index of rows."""
    for image in images:
        values = {"key": image["key"], "rev": image["rev"]} | image["values"]
        cells = [canonical_text(one) if isinstance(one, (dict, list)) else one for one in values.values()]
        connection.execute(f"DELETE FROM {image['table']} WHERE key = ?", [image["key"]])
        names, places = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(cells))
        connection.execute(f"INSERT INTO {image['table']} ({names}) VALUES ({places})", cells)
        connection.execute("DELETE FROM row_image WHERE table_name = ? AND key = ?", [image["table"], image["key"]])
        connection.execute("INSERT INTO row_image VALUES (?, ?, ?)", [image["table"], image["key"], seq])
