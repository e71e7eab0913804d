"""The demo itself, run once as a person runs it, and what may be asked of the registry it leaves."""

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

STATE = [kind.table for kind in TABLES]
OF_THE_LOG = ["audit_event", "checkpoint", "audit_head", "schema_version"]


def modelward(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, without what this test's environment says of Prefect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "MODELWARD", "COV"))}
    environment = {**kept, "MODELWARD_HOME": str(home), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "modelward", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The home that the demo left, and what it said."""
    home = tmp_path_factory.mktemp("demo") / "home"
    ran = modelward(home, "demo", "--home", str(home))
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-3_000:]
    return home, ran.stdout


@pytest.fixture
def home(demo: tuple[Path, str], tmp_path: Path) -> Home:
    """A copy of the demo's record, to be spoiled."""
    for part in ("registry", "journal", "anchors", "artifacts"):
        shutil.copytree(demo[0] / part, tmp_path / part)
    return Home(tmp_path)


def verified(home: Home, *, deep: bool = True) -> Report:
    return verify(home.database, home.journal, [("local", home.anchor)], home.artifacts, deep=deep)


def spoil(home: Home, *statements: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        for statement in statements:
            connection.execute(statement)


def asked(demo: tuple[Path, str], *arguments: str) -> Any:
    answer = modelward(demo[0], *arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_it_shows_where_its_time_went_and_ends_with_its_report(demo: tuple[Path, str]) -> None:
    home, said = demo
    assert "s in all:" in said
    pages = home / "reports" / "site"
    report = pages / "models" / "ops" / "flight-delay" / "index.html"
    assert str(report) in said.replace("\n", "")
    for page in (report, report.with_name("4.html"), report.with_name("monitoring.html"), pages / "index.html"):
        assert page.read_text("utf-8").lstrip().lower().startswith("<!doctype html>")


def test_it_verifies_deep(demo: tuple[Path, str]) -> None:
    answer = asked(demo, "audit", "verify", "--deep")
    assert answer["ok"] is True
    assert answer["events"] >= answer["anchored"] > 0
    assert answer["assurance"] == "local"


def test_history_says_what_was_in_production_on_a_day_and_why(demo: tuple[Path, str]) -> None:
    answer = asked(demo, "history", "flight-delay", "--as-of", "2013-08-01")
    assert answer["version"].startswith("models/ops/flight-delay/versions/")
    assert [one["proof"] for one in answer["approvers"]]
    assert answer["evidence_digest"].startswith("sha256:")
    assert answer["standards_digest"].startswith("sha256:")


def test_the_inventory_lists_every_version_and_where_it_ran(demo: tuple[Path, str]) -> None:
    versions = asked(demo, "inventory")
    assert [one["version"] for one in versions] == sorted(one["version"] for one in versions)
    assert all(one["review_state"] for one in versions)
    ended = [place for one in versions for place in one["deployments"] if place["to_at"]]
    assert ended
    assert all(place["ended_reason"] for place in ended)


def test_refused_attempts_are_on_record(demo: tuple[Path, str]) -> None:
    refused = asked(demo, "audit", "log", "--type", "command.refused")
    assert {one["data"]["code"] for one in refused} >= {"independence", "proof"}


def test_a_copied_home_verifies_the_same(demo: tuple[Path, str], home: Home) -> None:
    at_home = verified(Home(demo[0]))
    assert verified(home) == at_home
    assert at_home.ok


@pytest.mark.parametrize("table", [*STATE, *OF_THE_LOG])
def test_a_row_put_in_beside_the_log_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        types = connection.execute(f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'")
        values = {"VARCHAR": "'forged'", "BIGINT": "999999", "INTEGER": "999999", "BLOB": "'forged'::BLOB"}
        row = ", ".join(values.get(kind, "0") for _, kind in types.fetchall())
    spoil(home, f"INSERT INTO {table} VALUES ({row})")
    assert names(verified(home), table)


@pytest.mark.parametrize("table", [*STATE, *OF_THE_LOG])
def test_a_row_taken_out_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert count is not None
    spoil(home, f"DELETE FROM {table}")
    assert names(verified(home), table) or count == (0,)


@pytest.mark.parametrize("table", STATE)
def test_a_row_changed_is_found(home: Home, table: str) -> None:
    with duckdb.connect(str(home.database)) as connection:
        changed = connection.execute(f"UPDATE {table} SET rev = rev + 1 RETURNING key").fetchall()
    report = verified(home)
    assert names(report, table) if changed else report.ok


OF_THE_LOG_CHANGED = {
    "audit_event": "UPDATE audit_event SET type = type || '!' WHERE seq = 7",
    "checkpoint": "UPDATE checkpoint SET note = note || '!'",
    "audit_head": "UPDATE audit_head SET size = size + 1",
    "schema_version": "UPDATE schema_version SET name = name || '!'",
}


@pytest.mark.parametrize(("table", "statement"), OF_THE_LOG_CHANGED.items(), ids=OF_THE_LOG_CHANGED.keys())
def test_a_table_of_the_log_changed_is_found(home: Home, table: str, statement: str) -> None:
    spoil(home, statement)
    assert names(verified(home), table)


def names(report: Report, table: str) -> bool:
    """Whether the verification failed and said where: the table, or an event."""
    named = any(one.table == table or one.seq is not None for one in report.findings)
    return not report.ok and (named or table in ("audit_head", "audit_event", "checkpoint", "schema_version"))


def test_the_newest_events_deleted_with_their_checkpoints_are_found_through_the_anchor(home: Home) -> None:
    with duckdb.connect(str(home.database)) as connection:
        (size,) = connection.execute("SELECT count(*) FROM audit_event").fetchone() or (0,)
        connection.execute("DELETE FROM audit_event WHERE seq >= ?", [size - 40])
        connection.execute("DELETE FROM checkpoint WHERE size > ?", [size - 40])
    assert not verified(home, deep=False).ok


def test_the_command_says_no_with_its_exit_code(home: Home) -> None:
    spoil(home, "UPDATE person SET name = 'Somebody Else' WHERE person = 'alma'")
    answer = modelward(home.root, "audit", "verify", "--deep")
    assert answer.returncode != 0
    assert "person" in answer.stdout + answer.stderr
