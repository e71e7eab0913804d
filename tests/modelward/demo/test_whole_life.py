"""The demo, run once from the command line, and commands on the registry that it creates.

It takes minutes, so `make soak` runs it. The tests of the flows show the same stages on small models.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.audit.standalone.export_report import report_text
from data.audit.standalone.export_verification import verify_export
from data.audit.verifier import Report, verify
from data.files.home import Home
from data.records.tables import TABLES
from tests.bare_verifications import verified_by
from tests.exports import each_bare_python
from tests.hostile_exports import files_of, places

pytestmark = pytest.mark.long

STATE_TABLES = [kind.table for kind in TABLES]
LOG_TABLES = ["audit_event", "checkpoint", "audit_head", "schema_version"]


def modelward(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, without this process's variables of Prefect and modelward."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "MODELWARD", "COV"))}
    environment = {**kept, "MODELWARD_HOME": str(home), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "modelward", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demo once; return its home and its output."""
    home = tmp_path_factory.mktemp("demo") / "home"
    ran = modelward(home, "demo", "--home", str(home))
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-3_000:]
    return home, ran.stdout


def copied(home: Path, target: Path) -> Home:
    """Return a copy of a registry with its journal, anchors and artifacts."""
    for part in ("registry", "journal", "anchors", "artifacts"):
        shutil.copytree(home / part, target / part)
    return Home(target)


@pytest.fixture
def home(demo: tuple[Path, str], tmp_path: Path) -> Home:
    """A copy of the demo's registry, which a test may damage."""
    return copied(demo[0], tmp_path)


@dataclass(frozen=True)
class Damage:
    """The tables in which rows were damaged, and the tables that a verification reported afterwards."""

    damaged: frozenset[str]
    reported: frozenset[str | None]


def damage_state(home: Home, statement: Callable[[duckdb.DuckDBPyConnection, str], str]) -> Damage:
    """Damage every state table by a statement of its own, then verify once."""
    damaged = set()
    with duckdb.connect(str(home.database)) as connection:
        for table in STATE_TABLES:
            (rows,) = connection.execute(statement(connection, table)).fetchone() or (0,)
            damaged |= {table} if rows else set()
    return Damage(frozenset(damaged), frozenset(one.table for one in verified_report(home).findings))


def insert_forged_row(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the statement that inserts a row that no event wrote."""
    types = connection.execute(f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'")
    values = {"VARCHAR": "'forged'", "BIGINT": "999999", "INTEGER": "999999", "BLOB": "'forged'::BLOB"}
    row = ", ".join(values.get(kind, "0") for _, kind in types.fetchall())
    return f"INSERT INTO {table} VALUES ({row})"


@pytest.fixture(scope="module")
def inserted(demo: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Damage:
    """A row without an event in each state table."""
    return damage_state(copied(demo[0], tmp_path_factory.mktemp("inserted")), insert_forged_row)


@pytest.fixture(scope="module")
def deleted(demo: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Damage:
    """No row in any state table."""
    return damage_state(copied(demo[0], tmp_path_factory.mktemp("deleted")), lambda _, table: f"DELETE FROM {table}")


@pytest.fixture(scope="module")
def changed(demo: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Damage:
    """A wrong revision in each row of each state table."""
    home = copied(demo[0], tmp_path_factory.mktemp("changed"))
    return damage_state(home, lambda _, table: f"UPDATE {table} SET rev = rev + 1")


def verified_report(home: Home, *, deep: bool = True) -> Report:
    return verify(home.database, home.journal, [("local", home.anchor)], home.artifacts, deep=deep)


def execute_sql(home: Home, *statements: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        for statement in statements:
            connection.execute(statement)


def json_of(demo: tuple[Path, str], *arguments: str) -> Any:
    answer = modelward(demo[0], *arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_the_demo_prints_its_times_and_writes_the_evidence_pages(demo: tuple[Path, str]) -> None:
    home, output = demo
    assert "s in all:" in output
    pages = home / "reports" / "site"
    report = pages / "models" / "ops" / "flight-delay" / "index.html"
    assert str(report) in output.replace("\n", "")
    for page in (report, report.with_name("4.html"), report.with_name("monitoring.html"), pages / "index.html"):
        assert page.read_text("utf-8").lstrip().lower().startswith("<!doctype html>")


def test_the_demo_registry_passes_deep_verification(demo: tuple[Path, str]) -> None:
    answer = json_of(demo, "audit", "verify", "--deep")
    assert answer["ok"] is True
    assert answer["events"] >= answer["anchored"] > 0
    assert answer["assurance"] == "local"


@pytest.fixture(scope="module")
def exported(demo: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of everything; tests restore what they change."""
    folder = tmp_path_factory.mktemp("exported") / "export"
    assert json_of(demo, "audit", "export", "--all", "--to", str(folder))["verification"]["ok"] is True
    return folder


@each_bare_python()
def test_the_export_of_the_demo_verifies_and_one_changed_byte_is_found_on_a_bare(
    python: str, exported: Path, tmp_path: Path
) -> None:
    chosen = random.Random(python)
    files = chosen.sample(files_of(exported), 12)
    tried = verified_by(python, tmp_path, exported, list(places(files, chosen, 1)))
    assert tried.text == report_text(verify_export(exported))
    assert tried.accepted == []


def test_history_shows_the_version_in_production_on_a_day_and_its_approvals(demo: tuple[Path, str]) -> None:
    answer = json_of(demo, "history", "flight-delay", "--as-of", "2013-08-01")
    assert answer["version"].startswith("models/ops/flight-delay/versions/")
    assert [one["proof"] for one in answer["approvers"]]
    assert answer["evidence_digest"].startswith("sha256:")
    assert answer["standards_digest"].startswith("sha256:")


def test_the_inventory_lists_every_version_and_the_reasons_of_ended_deployments(demo: tuple[Path, str]) -> None:
    versions = json_of(demo, "inventory")
    assert [one["version"] for one in versions] == sorted(one["version"] for one in versions)
    assert all(one["review_state"] for one in versions)
    ended = [place for one in versions for place in one["deployments"] if place["to_at"]]
    assert ended
    assert all(place["ended_reason"] for place in ended)


def test_refused_attempts_are_in_the_audit_log(demo: tuple[Path, str]) -> None:
    refused = json_of(demo, "audit", "log", "--type", "command.refused")
    assert {one["data"]["code"] for one in refused} >= {"independence", "proof"}


def test_a_copied_home_gives_the_same_verification_report(demo: tuple[Path, str], home: Home) -> None:
    at_home = verified_report(Home(demo[0]))
    assert verified_report(home) == at_home
    assert at_home.ok


@pytest.mark.parametrize("table", STATE_TABLES)
def test_a_row_inserted_without_an_event_is_found(inserted: Damage, table: str) -> None:
    assert table in inserted.damaged
    assert table in inserted.reported


@pytest.mark.parametrize("table", STATE_TABLES)
def test_a_deleted_row_is_found(deleted: Damage, table: str) -> None:
    assert (table in deleted.reported) == (table in deleted.damaged)


@pytest.mark.parametrize("table", STATE_TABLES)
def test_a_changed_row_is_found(changed: Damage, table: str) -> None:
    assert (table in changed.reported) == (table in changed.damaged)


@pytest.mark.parametrize("table", LOG_TABLES)
def test_a_row_inserted_into_a_table_of_the_log_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        connection.execute(insert_forged_row(connection, table))
    assert not verified_report(home, deep=False).ok


@pytest.mark.parametrize("table", LOG_TABLES)
def test_rows_deleted_from_a_table_of_the_log_are_found(home: Home, table: str) -> None:
    execute_sql(home, f"DELETE FROM {table}")
    assert not verified_report(home, deep=False).ok


CHANGES_OF_LOG_TABLES = {
    "audit_event": "UPDATE audit_event SET type = type || '!' WHERE seq = 7",
    "checkpoint": "UPDATE checkpoint SET note = note || '!'",
    "audit_head": "UPDATE audit_head SET size = size + 1",
    "schema_version": "UPDATE schema_version SET name = name || '!'",
}


@pytest.mark.parametrize("statement", CHANGES_OF_LOG_TABLES.values(), ids=CHANGES_OF_LOG_TABLES)
def test_a_changed_table_of_the_log_is_found(home: Home, statement: str) -> None:
    execute_sql(home, statement)
    assert not verified_report(home, deep=False).ok


def test_deleted_latest_events_and_checkpoints_are_found_by_the_anchor(home: Home) -> None:
    with duckdb.connect(str(home.database)) as connection:
        (size,) = connection.execute("SELECT count(*) FROM audit_event").fetchone() or (0,)
        connection.execute("DELETE FROM audit_event WHERE seq >= ?", [size - 40])
        connection.execute("DELETE FROM checkpoint WHERE size > ?", [size - 40])
    assert not verified_report(home, deep=False).ok


def test_audit_verify_exits_nonzero_and_names_the_changed_table(home: Home) -> None:
    execute_sql(home, "UPDATE person SET name = 'Somebody Else' WHERE person = 'alma'")
    answer = modelward(home.root, "audit", "verify", "--deep")
    assert answer.returncode != 0
    assert "person" in answer.stdout + answer.stderr
