"""The demo, run once from the command line, and commands on the registry that it creates."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.audit.verifier import Report, verify
from data.files.home import Home
from data.records.tables import TABLES

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


@pytest.fixture
def home(demo: tuple[Path, str], tmp_path: Path) -> Home:
    """A copy of the demo's registry, journal, anchors and artifacts, which a test may damage."""
    for part in ("registry", "journal", "anchors", "artifacts"):
        shutil.copytree(demo[0] / part, tmp_path / part)
    return Home(tmp_path)


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


@pytest.mark.parametrize("table", [*STATE_TABLES, *LOG_TABLES])
def test_a_row_inserted_without_an_event_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        types = connection.execute(f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'")
        values = {"VARCHAR": "'forged'", "BIGINT": "999999", "INTEGER": "999999", "BLOB": "'forged'::BLOB"}
        row = ", ".join(values.get(kind, "0") for _, kind in types.fetchall())
    execute_sql(home, f"INSERT INTO {table} VALUES ({row})")
    assert reports_table(verified_report(home), table)


@pytest.mark.parametrize("table", [*STATE_TABLES, *LOG_TABLES])
def test_a_deleted_row_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert count is not None
    execute_sql(home, f"DELETE FROM {table}")
    assert reports_table(verified_report(home), table) or count == (0,)


@pytest.mark.parametrize("table", STATE_TABLES)
def test_a_changed_row_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        changed = connection.execute(f"UPDATE {table} SET rev = rev + 1 RETURNING key").fetchall()
    report = verified_report(home)
    assert reports_table(report, table) if changed else report.ok


CHANGES_OF_LOG_TABLES = {
    "audit_event": "UPDATE audit_event SET type = type || '!' WHERE seq = 7",
    "checkpoint": "UPDATE checkpoint SET note = note || '!'",
    "audit_head": "UPDATE audit_head SET size = size + 1",
    "schema_version": "UPDATE schema_version SET name = name || '!'",
}


@pytest.mark.parametrize(("table", "statement"), CHANGES_OF_LOG_TABLES.items(), ids=CHANGES_OF_LOG_TABLES.keys())
def test_a_changed_table_of_the_log_is_found(home: Home, table: str, statement: str) -> None:
    execute_sql(home, statement)
    assert reports_table(verified_report(home), table)


def reports_table(report: Report, table: str) -> bool:
    """Return True if the verification failed and reported the table or an event."""
    named = any(one.table == table or one.seq is not None for one in report.findings)
    return not report.ok and (named or table in ("audit_head", "audit_event", "checkpoint", "schema_version"))


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
