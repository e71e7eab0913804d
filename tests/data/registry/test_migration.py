"""Migrations: one transaction with their events, journalled and anchored; nothing else changes the schema.

The homes in `homes/` were written by former versions of modelward: each must open, migrate and verify.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from data.audit import keys
from data.audit.note import parse_checkpoint
from data.audit.rebuild import rebuild
from data.errors import MissingRegistryError, SchemaVersionError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.verification import verify_registry
from data.records.approval import ApprovalRequest
from data.records.deployment import Slot
from data.records.person import Person
from data.records.row import SQL_TYPES
from data.records.tables import TABLES
from data.registry import migration
from data.registry.clock import RegistryClock
from data.registry.migration import create_tables, declared_tables, known_migrations, migrate, schema_of
from data.registry.registry import Registry
from data.registry.rules.number import FIRST_RULES, RULES_NUMBER, rules_of
from data.registry.store import Store
from tests.replay import Replay
from tests.world import FOUNDED_AT

pytestmark = pytest.mark.closed_registry

HOMES = {path.name.partition(".")[0]: path for path in sorted(Path(__file__).parent.glob("homes/*.tar.xz"))}
OLDEST = "before-migrations"
WRITTEN = 69
"""Events of the home that was written before the first migration."""
FROZEN = {
    "0001_first": "sha256:51e79ea43372d555a85653842d76bb69ff6bfaf66c80996e3f979f9099db8d99",
    "0002_seals": "sha256:a18e162afce9c32b83338d8ace529fd6bbaee29688f6f4bb2f35296491879d6c",
    "0003_anchors": "sha256:69e62f61ab7c3fce6f6b98e37e031aef41c5271ff03d168c46777f1310909d8f",
    "0004_row_index": "sha256:9da347d471ceb57de2a605158aef1f214a52637cb372066df2270853be37e544",
    "0005_overlap": "sha256:ad4fd9a984cc089bd5ced8b7a402cdbea051d50502cff123051d8728c911461c",
}
"""The digest of each migration that was released."""
MARKS = "CREATE TABLE mark (key VARCHAR PRIMARY KEY, rev BIGINT NOT NULL, text VARCHAR)"
COLUMN = "ALTER TABLE person ADD COLUMN nickname VARCHAR"


def unpacked(name: str, folder: Path) -> Home:
    """Unpack the archive of a home that a former version wrote."""
    with tarfile.open(HOMES[name]) as archive:
        archive.extractall(folder, filter="data")
    (folder / "keys").chmod(0o700)
    ArtifactStore(folder / "artifacts").put(b'"environment"')  # files that the test world of that time only named
    ArtifactStore(folder / "inbox").put(b'["models/ops/delay",1]')
    return Home(folder)


@pytest.fixture(autouse=True)
def _any_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept every clock: the archives were written years before the clock of this host, or after it."""
    monkeypatch.setattr(RegistryClock, "fault", lambda *_: None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The home that was written before the first migration, by commit 48ab332."""
    return unpacked(OLDEST, tmp_path / "home")


@pytest.fixture(params=HOMES)
def former_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Each home that a former version wrote."""
    return unpacked(request.param, tmp_path / "home")


@pytest.fixture
def two_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the program know two further migrations: a new table, then a new column."""
    folder = shutil.copytree(migration.MIGRATIONS, tmp_path / "migrations")
    known = len(known_migrations())
    (folder / f"{known + 1:04}_marks.sql").write_text(MARKS)
    (folder / f"{known + 2:04}_nicknames.sql").write_text(COLUMN)
    monkeypatch.setattr(migration, "MIGRATIONS", folder)
    return folder


def replay_of(home: Home) -> Replay:
    """Return the registry of a home with its clock at the last event."""
    last = json.loads(Registry(home).journal.last() or b"")
    return Replay(home.root, datetime.fromisoformat(last["effective_at"]))


def migrated_events(replay: Replay) -> list[str]:
    return [event["data"]["migration"] for event in replay.events("log.migrated")]


def schema_number(home: Home) -> int:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return schema_of(connection, home.database)


def check_verifies(registry: Registry) -> None:
    report = verify_registry(registry, deep=True)
    assert (report.ok, report.findings) == (True, [])


def test_a_migration_that_was_released_is_frozen() -> None:
    """It must not change, because registries were written by it: write the next one instead, and add its digest."""
    assert {one.name: one.digest for one in known_migrations()} == FROZEN


def test_the_migrations_declare_the_tables_of_the_records() -> None:
    records = {
        kind.table: {name: SQL_TYPES[column] for name, column in kind.stored_columns().items()} for kind in TABLES
    }
    assert declared_tables(known_migrations()) == records


def changes_of(sql: str) -> list[str]:
    """Return the statements of a migration other than those that add a table, a nullable column or an index."""
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    statements = [" ".join(one.split()).upper() for one in "\n".join(lines).split(";") if one.strip()]
    added = [one for one in statements if " ADD COLUMN " in one and "NOT NULL" not in one]
    return [one for one in statements if one not in added and not one.startswith(("CREATE TABLE ", "CREATE INDEX "))]


def test_a_migration_adds_and_never_changes_or_removes() -> None:
    assert changes_of(f"{MARKS};\n-- text\n{COLUMN};\n") == []
    assert len(changes_of(f"{COLUMN} NOT NULL; UPDATE person SET name = ''; DROP TABLE mark")) == 3
    assert [change for each in known_migrations() for change in changes_of(each.sql)] == []


def test_a_home_of_a_former_version_opens_and_verifies(former_home: Home) -> None:
    check_verifies(Registry(former_home))
    written = Registry(former_home).journal.size()
    missing = len(known_migrations()) - schema_number(former_home)
    replay = replay_of(former_home)
    assert replay.find(Person)
    assert [event["type"] for event in replay.events()[written:]] == ["log.migrated"] * missing
    check_verifies(Registry(former_home))


def test_a_home_of_a_former_version_takes_new_events(former_home: Home) -> None:
    replay = replay_of(former_home)
    replay.grant("outsider", "operator")
    assert [(event["v"], event["rules"]) for event in replay.events("role.granted")[-1:]] == [(2, RULES_NUMBER)]
    check_verifies(replay.registry)


def test_the_events_of_the_oldest_home_keep_their_format_and_rules_number(home: Home) -> None:
    replay = replay_of(home)
    assert [one.state for one in replay.find(ApprovalRequest)] == ["approved"]
    assert [one.version for one in replay.find(Slot)] == ["models/ops/delay/versions/1"]
    stored = replay.events()[:WRITTEN]
    assert {(event["v"], rules_of(event)) for event in stored} == {(1, FIRST_RULES)}


def test_a_reader_migrates_a_home_with_one_event_a_migration(home: Home, two_later: Path) -> None:
    replay = replay_of(home)
    assert len(replay.find(Person)) == 10
    events = replay.events("log.migrated")
    pending = known_migrations()[len(known_migrations()) - 2 :]
    assert len(events) == len(known_migrations()) - 1
    for event, each in zip(events[-2:], pending, strict=True):
        data = event["data"]
        assert (data["migration"], data["sql_digest"]) == (each.name, each.digest)
        assert (data["from_schema"], data["schema"]) == (each.number - 1, each.number)
        assert data["migrations"] == [one.name for one in known_migrations()[: each.number]]
        assert (event["actor"], event["rules"]) == ({"id": "modelward", "auth": "service"}, RULES_NUMBER)
    first, second = (event["data"]["tables"] for event in events[-2:])
    assert first["mark"] == {"key": "VARCHAR", "rev": "BIGINT", "text": "VARCHAR"}
    assert ("nickname" in first["person"], second["person"]["nickname"]) == (False, "VARCHAR")


def test_a_migration_is_journalled_and_anchored_before_anything_else(home: Home, two_later: Path) -> None:
    with Registry(home).reading():
        pass
    size = WRITTEN + len(known_migrations()) - 1
    assert Registry(home).journal.size() == size
    assert parse_checkpoint(Registry(home).anchors[0].notes()[-1]).size == size
    check_verifies(Registry(home))


def test_a_migrated_home_takes_commands_and_verifies(home: Home, two_later: Path) -> None:
    replay = replay_of(home)
    replay.grant("outsider", "operator")
    assert len(migrated_events(replay)) == len(known_migrations()) - 1
    check_verifies(replay.registry)
    with replay.registry.store.transaction() as connection:
        connection.execute("UPDATE person SET nickname = 'slipped in'")
    report = verify_registry(replay.registry, deep=True)
    assert {finding.table for finding in report.findings} == {"person"}


def test_a_migrated_home_is_rebuilt_from_its_journal(home: Home, two_later: Path) -> None:
    replay = replay_of(home)
    replay.grant("outsider", "operator")
    home.database.unlink()
    rebuild(replay.registry.journal, home.database, create_tables, replay.registry.anchors)
    check_verifies(replay.registry)
    assert migrated_events(replay)[-2:] == [one.name for one in known_migrations()[-2:]]


def test_a_home_that_was_never_migrated_is_rebuilt_in_its_own_schema_and_then_migrated(
    home: Home, two_later: Path
) -> None:
    registry = Registry(home)
    home.database.unlink()
    assert rebuild(registry.journal, home.database, create_tables, registry.anchors) == WRITTEN
    check_verifies(registry)
    with registry.reading():
        pass
    check_verifies(registry)
    assert len(migrated_events(replay_of(home))) == len(known_migrations()) - 1


def test_a_journal_of_a_newer_schema_is_not_rebuilt(
    home: Home, two_later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Registry(home).reading():
        pass
    monkeypatch.undo()
    home.database.unlink()
    with pytest.raises(SchemaVersionError, match="the journal was written under schema"):
        rebuild(Registry(home).journal, home.database, create_tables)
    assert not home.database.exists()


class CrashError(Exception):
    """Stands for the end of the process."""


POINTS = {
    "after the schema change and before its event": "data.registry.migration.AuditLog",
    "after the event of the first migration": "data.registry.migration.declared_tables",
}


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_crash_before_the_commit_changes_nothing(
    point: str, home: Home, two_later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def crash(*given: object) -> object:
        calls.append(given)
        if point.endswith("AuditLog") or len(calls) == 2:
            raise CrashError
        return declared_tables(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as crashing:
        crashing.setattr(point, crash)
        with pytest.raises(CrashError), Registry(home).reading():
            pass
    with duckdb.connect(str(home.database), read_only=True) as connection:
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM audit_event").fetchone() == (WRITTEN,)
        assert not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'mark'").fetchall()
    check_verifies(Registry(home))
    check_migrates(home)


def test_after_a_crash_before_the_journal_the_next_write_completes_it(
    home: Home, two_later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.load(home.keys, keys.stored_origin(home.keys))
    bare = Store(home.database, home.lock, around_migration=lambda _: nullcontext(key))
    with bare.transaction():  # migrates as a registry does that dies before its journal
        pass
    assert Registry(home).journal.size() == WRITTEN
    replay = replay_of(home)
    replay.grant("outsider", "operator")
    assert len(migrated_events(replay)) == len(known_migrations()) - 1
    check_verifies(replay.registry)


def test_without_the_key_nothing_is_migrated_until_it_is_restored(home: Home, two_later: Path) -> None:
    key = home.keys / "log.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(Exception, match="key"), Registry(home).reading():
        pass
    assert schema_number(home) == 1
    key.write_bytes(kept)
    key.chmod(0o600)
    replay = replay_of(home)
    replay.grant("outsider", "operator")
    check_verifies(replay.registry)


def check_migrates(home: Home) -> None:
    with Registry(home).reading():
        pass
    check_verifies(Registry(home))


def test_a_file_that_lost_events_is_not_migrated(home: Home, two_later: Path) -> None:
    """A migration event would make its log differ from the journal."""
    registry = Registry(home)
    with duckdb.connect(str(home.database)) as connection:
        connection.execute("DELETE FROM audit_event WHERE seq = ?", [WRITTEN - 1])
        connection.execute("UPDATE audit_head SET size = ?", [WRITTEN - 1])
    with pytest.raises(MissingRegistryError, match="the registry lost events"), registry.reading():
        pass
    with duckdb.connect(str(home.database), read_only=True) as connection:
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (1,)


def test_a_file_without_genesis_is_migrated_without_an_event(
    tmp_path: Path, two_later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "started")
    with monkeypatch.context() as former:
        former.setattr(migration, "MIGRATIONS", Path(migration.__file__).parent / "migrations")
        with Registry(home).store.transaction(create=True):
            pass
    Registry(home).create()
    events = Replay(home.root, FOUNDED_AT).events()
    assert [(event["type"], event["data"]["schema"]) for event in events] == [("log.created", len(known_migrations()))]


def test_a_file_without_tables_gets_them_all(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "new.duckdb")) as connection:
        migrate(connection, tmp_path / "new.duckdb")
        count = connection.execute("SELECT count(*) FROM schema_version").fetchone()
    assert count == (len(known_migrations()),)
