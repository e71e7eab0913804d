"""A small registry, written with the primitives of the log and plain DuckDB, on which the verifier is tested."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.body import GENESIS_PREV, canonical, canonical_text, leaf_hash
from data.audit.journal import Journal, JournalEntry
from data.audit.keys import SigningKey, rotation_statement
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from data.audit.verifier import Report, verify

ORIGIN = "example.org/log"
LOG_ID = "0123456789abcdef" * 2
MIGRATION = "ALTER TABLE model ADD COLUMN added VARCHAR; INSERT INTO schema_version VALUES (2, '0002_added')"
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
TABLES = {
    "model": {"key": "VARCHAR", "rev": "BIGINT", "owner": "VARCHAR", "tier": "BIGINT", "uses": "VARCHAR"},
    "version": {"key": "VARCHAR", "rev": "BIGINT", "score": "DOUBLE", "approved": "BOOLEAN", "stage": "VARCHAR"},
    "role": {"key": "VARCHAR", "rev": "BIGINT", "person": "VARCHAR", "role": "VARCHAR", "until_at": "VARCHAR"},
    "waiver": {"key": "VARCHAR", "rev": "BIGINT", "reason": "VARCHAR"},
}


def key(number: int, name: str = ORIGIN) -> SigningKey:
    """Return a fixed key for tests; it is not secret."""
    return SigningKey(name, hashlib.sha256(f"modelward test key {number}".encode()).digest())


LOG_KEY, OTHER_KEY, RECOVERY_KEY = key(1), key(2), key(3, f"{ORIGIN}/recovery")


def time_of(step: int) -> str:
    """Return the time of the event with this number."""
    return (START + timedelta(minutes=step)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_id(number: int) -> str:
    """Return a fixed UUID of version 7."""
    return f"019b8d00-0000-7000-8000-{number:012x}"


def create_schema(connection: duckdb.DuckDBPyConnection, schema: int = 1) -> None:
    """Create the registry's tables as the store does."""
    connection.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name VARCHAR)")
    connection.execute("INSERT INTO schema_version VALUES (1, '0001_first')")
    connection.execute(
        "CREATE TABLE audit_event (seq BIGINT PRIMARY KEY, body BLOB, leaf BLOB, id VARCHAR, type VARCHAR,"
        " subject VARCHAR, actor VARCHAR, recorded_at VARCHAR, effective_at VARCHAR)"
    )
    connection.execute("CREATE TABLE audit_head (id INTEGER PRIMARY KEY, size BIGINT, leaf VARCHAR, frontier VARCHAR)")
    connection.execute("CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, note VARCHAR)")
    for table, columns in TABLES.items():
        described = ", ".join(f"{name} {kind}{' PRIMARY KEY' * (name == 'key')}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE {table} ({described})")
    if schema == 2:
        connection.execute(MIGRATION)


def row(table: str, row_key: str, rev: int, **values: object) -> dict[str, object]:
    """Return a row image for an event."""
    return {"table": table, "key": row_key, "rev": rev, "values": values}


class Toy:
    """One home (database, journal, anchor, artifacts) with methods that write it correctly, and methods that tamper
    with it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = home / "registry" / "registry.duckdb"
        self.anchor_path = home / "anchors" / "checkpoints.txt"
        self.artifacts = home / "artifacts"
        self.journal = Journal(home / "journal" / "events.jsonl")
        self.anchor = FileAnchor(self.anchor_path)
        self.key = LOG_KEY

    # -- the honest way -----------------------------------------------------------------------------

    def create(self, clock: str = "wall", declared: bool = True, **changes: object) -> Toy:
        """Create an empty registry with its genesis, anchored."""
        self.database.parent.mkdir(parents=True)
        with duckdb.connect(str(self.database)) as connection:
            create_schema(connection)
        changes = {name: self.key.vkey if value == "@" else value for name, value in changes.items()}
        data: dict[str, object] = {
            "origin": ORIGIN, "vkey": self.key.vkey, "recovery_vkey": RECOVERY_KEY.vkey, "log_id": LOG_ID, "schema": 1,
            "clock": clock,
        }  # fmt: skip
        if declared:
            data |= {"tables": TABLES, "migrations": ["0001_first"]}
        self.append("log.created", "log", data=data | changes)
        self.checkpoint()
        return self

    def append(self, kind: str, subject: str, *rows: Mapping[str, object], journal: bool = True, **fields: Any) -> None:
        """Append one more event with its rows, and its line in the journal."""
        with duckdb.connect(str(self.database)) as connection:
            body = self.make_body(connection, kind, subject, rows, **fields)
            write_event(connection, body)
            for image in rows:
                write_row(connection, image)
        if journal:
            self.journal.append([JournalEntry(body)])

    def make_body(
        self,
        connection: duckdb.DuckDBPyConnection,
        kind: str,
        subject: str,
        rows: Sequence[Mapping[str, object]],
        **fields: Any,
    ) -> bytes:
        """Return the body of the event that would follow."""
        head = connection.execute("SELECT size, leaf FROM audit_head").fetchone() or (0, GENESIS_PREV)
        event = {
            "v": 2, "rules": 1, "log": ORIGIN, "seq": head[0], "prev": head[1], "recorded_at": time_of(head[0]),
            "effective_at": time_of(head[0]), "id": event_id(head[0]), "type": kind, "subject": subject,
            "actor": {"id": "ada", "auth": "totp"}, "data": {}, "refs": {}, "rows": list(rows),
        }  # fmt: skip
        return canonical(event | fields)

    def checkpoint(self, anchored: bool = True) -> str:
        """Sign the present log; the note is stored in the database and in the anchor."""
        with duckdb.connect(str(self.database)) as connection:
            size, frontier = connection.execute("SELECT size, frontier FROM audit_head").fetchall()[0]
            note = sign_checkpoint(ORIGIN, size, Frontier.from_hex(frontier).root(), self.key)
            connection.execute("INSERT INTO checkpoint VALUES (?, ?)", [size, note])
        if anchored:
            self.anchor.append(note)
        return note

    def keep(self, content: bytes) -> str:
        """Store bytes by digest."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.artifact(f"sha256:{digest}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return f"sha256:{digest}"

    def artifact(self, digest: str) -> Path:
        """Return the path of the bytes of a digest."""
        name = digest.removeprefix("sha256:")
        return self.artifacts / "sha256" / name[:2] / name

    def rotate(self, new: SigningKey, by: SigningKey | None = None, **changes: object) -> None:
        """Append the rotation to the key `new`, signed by the present key or by `by`."""
        statement = rotation_statement(ORIGIN, LOG_ID, self.key.vkey, new.vkey, RECOVERY_KEY.vkey)
        signed = [base64.b64encode(one.sign(statement)).decode() for one in (by or self.key, new)]
        data = {"vkey": new.vkey, "recovery_vkey": RECOVERY_KEY.vkey, "signature_old": signed[0]}
        self.append("log.key_rotated", "log", data=data | {"signature_new": signed[1]} | changes)
        self.key = new

    def migrate(self, recorded: bool = True, **changes: object) -> None:
        """Add a column to the models, and the event that declares it unless `recorded` is False."""
        self.sql(MIGRATION)
        if not recorded:
            return
        tables = TABLES | {"model": TABLES["model"] | {"added": "VARCHAR"}}
        declared = {"schema": 2, "migrations": ["0001_first", "0002_added"], "tables": tables}
        self.append("log.migrated", "log", data=declared | changes)

    # -- the dishonest way --------------------------------------------------------------------------

    def sql(self, *statements: str | tuple[str, Sequence[object]]) -> None:
        """Change the database directly with SQL."""
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                query, values = (statement, ()) if isinstance(statement, str) else statement
                connection.execute(query, list(values))

    def bodies(self) -> list[bytes]:
        """Return the stored bodies in order."""
        with duckdb.connect(str(self.database)) as connection:
            return [body for (body,) in connection.execute("SELECT body FROM audit_event ORDER BY seq").fetchall()]

    def events(self) -> list[dict[str, Any]]:
        """Return the stored events in order."""
        return [json.loads(body) for body in self.bodies()]

    def rewrite(
        self,
        events: Iterable[dict[str, Any] | bytes],
        journal: bool = False,
        resign: SigningKey | None = None,
        spell: Callable[[dict[str, Any]], bytes] = canonical,
    ) -> None:
        """Replace the events of the log, numbered and chained again, as an attacker with write access can do."""
        chained: list[bytes] = []
        prev = GENESIS_PREV
        for seq, event in enumerate(events):
            body = event if isinstance(event, bytes) else spell(event | {"seq": seq, "prev": prev})
            chained.append(body)
            prev = leaf_hash(body).hex()
        sizes = [int(note.split("\n")[1]) for note in self.anchor.notes()]
        self.sql("DELETE FROM audit_event", "DELETE FROM audit_head")
        with duckdb.connect(str(self.database)) as connection:
            for body in chained:
                write_event(connection, body)
        if journal:
            self.journal.path.write_bytes(b"".join(body + b"\n" for body in chained))
        if resign is not None:
            self.resign(chained, [size for size in sizes if size <= len(chained)], resign)

    def resign(self, bodies: Sequence[bytes], sizes: Sequence[int], by: SigningKey) -> None:
        """Replace the checkpoints in the database by checkpoints for these bodies."""
        frontier, notes = Frontier.empty(), []
        for body in bodies:
            frontier = frontier.append(leaf_hash(body))
            if frontier.size in sizes:
                notes.append((frontier.size, sign_checkpoint(ORIGIN, frontier.size, frontier.root(), by)))
        inserts = [("INSERT INTO checkpoint VALUES (?, ?)", note) for note in notes]
        self.sql("DELETE FROM checkpoint", *inserts)

    def edit_lines(self, path: Path, edit: Callable[[list[bytes]], list[bytes]]) -> None:
        """Change the lines of the journal or the anchor."""
        path.write_bytes(b"".join(line + b"\n" for line in edit(path.read_bytes().splitlines())))

    def verify(self, **changes: Any) -> Report:
        """Run every check, unless other options are given."""
        arguments: dict[str, Any] = {
            "database": self.database, "journal": self.journal.path, "anchors": [("local", self.anchor_path)],
            "artifacts": self.artifacts, "deep": True,
        }  # fmt: skip
        return verify(**(arguments | changes))


def write_event(connection: duckdb.DuckDBPyConnection, body: bytes) -> None:
    """Append a body as the store does: copies, leaf and head."""
    event = json.loads(body)
    stored = connection.execute("SELECT frontier FROM audit_head").fetchone()
    frontier = (Frontier.from_hex(stored[0]) if stored else Frontier.empty()).append(leaf_hash(body))
    copies = [event["id"], event["type"], event["subject"], event["actor"]["id"]]
    times = [event["recorded_at"], event["effective_at"]]
    seq, leaf = frontier.size - 1, leaf_hash(body)
    connection.execute("INSERT INTO audit_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [seq, body, leaf, *copies, *times])
    head = [0, frontier.size, leaf.hex(), frontier.to_hex()]
    connection.execute("INSERT OR REPLACE INTO audit_head VALUES (?, ?, ?, ?)", head)


def write_row(connection: duckdb.DuckDBPyConnection, image: Mapping[str, Any]) -> None:
    """Insert or replace the row of a row image."""
    values = {"key": image["key"], "rev": image["rev"], **image["values"]}
    cells = [canonical_text(cell) if isinstance(cell, (list, dict)) else cell for cell in values.values()]
    marks = ", ".join("?" * len(cells))
    connection.execute(f"INSERT OR REPLACE INTO {image['table']} ({', '.join(values)}) VALUES ({marks})", cells)


def version(number: int, rev: int, score: float, stage: str) -> dict[str, object]:
    """Return the image of a version's row."""
    return row("version", f"flights/{number}", rev, score=score, approved=stage == "approved", stage=stage)


def role(who: str, name: str, rev: int, until_at: str | None = None) -> dict[str, object]:
    """Return the image of a role's row."""
    return row("role", f"{who}/{name}", rev, person=who, role=name, until_at=until_at)


def write_story(toy: Toy) -> None:
    """Write twelve events after genesis, the short history of one model, with checkpoints at 1, 5, 9 and 13 events."""
    evidence, standard = toy.keep(b"the evidence"), toy.keep(b"the standard")
    first, second, uses = "models/flights/versions/1", "models/flights/versions/2", ["delay", {"a": 1e-7}]
    toy.append("role.granted", "people/ada", role("ada", "approver", 1))
    toy.append("model.registered", "models/flights", row("model", "flights", 1, owner="air", tier=2, uses=["delay"]))
    toy.append("version.registered", first, version(1, 1, 0.71, "registered"))
    toy.append("verdicts.recorded", first, refs={"evidence": [evidence], "standard": standard, "run": "4711"})
    toy.checkpoint()
    toy.append("model.amended", "models/flights", row("model", "flights", 2, owner="sky", tier=1, uses=uses))
    toy.append("version.assessed", first, version(1, 2, 0.5, "assessed"))
    toy.append("approval.requested", first, data={"p_value": 1.5e-9, "n": 10**15, "text": "– é 😀"})
    toy.append("approval.decided", first, version(1, 3, 1.0, "approved"))
    toy.checkpoint()
    toy.append("version.registered", second, version(2, 1, 2.5e21, "registered"))
    toy.append("command.refused", second, data={"reason": "not yet"})
    toy.append("role.ended", "people/ada", role("ada", "approver", 2, time_of(11)))
    toy.append("deployment.completed", "models/flights", role("bo", "owner", 1))
    toy.checkpoint()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """The registry with its twelve events, written once; tests must not change it."""
    toy = Toy(tmp_path_factory.mktemp("written") / "home").create()
    write_story(toy)
    return toy


@pytest.fixture
def toy(written: Toy, tmp_path: Path) -> Toy:
    """A copy of the written registry that a test may change."""
    shutil.copytree(written.home, tmp_path / "home")
    return Toy(tmp_path / "home")


@pytest.fixture
def empty(tmp_path: Path) -> Toy:
    """A registry that is not created yet."""
    return Toy(tmp_path / "empty")


CreateTables = Callable[[duckdb.DuckDBPyConnection, int], None]


@pytest.fixture
def create_tables() -> CreateTables:
    """A function that creates the empty tables."""
    return create_schema


@pytest.fixture
def new_key() -> SigningKey:
    """A key that the log has not used yet."""
    return OTHER_KEY


@pytest.fixture
def recovery_key() -> SigningKey:
    """The recovery key that genesis declares."""
    return RECOVERY_KEY


@pytest.fixture
def write_events() -> Callable[[Toy], None]:
    """A function that writes the events into a registry."""
    return write_story
