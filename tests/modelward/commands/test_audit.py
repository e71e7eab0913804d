"""The audit log on the command line: verify it, list it, back it up, and rebuild a lost registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data.files.artifacts import file_digest
from data.files.home import Home
from tests.modelward.conftest import Cli
from tests.operations import deployed
from tests.world import World


@pytest.fixture
def sound(world: World) -> World:
    """A world whose artifact store has everything that events refer to."""
    world.artifacts.put(b"metric evidence")
    world.model()
    return world


def test_an_intact_log_is_verified_with_its_assurance(sound: World, cli: Cli) -> None:
    result = cli("audit", "verify", "--deep", "--json")
    report = result.json
    assert (result.code, report["ok"], report["events"], report["assurance"]) == (0, True, len(sound.events()), "local")
    assert 0 < report["anchored"] <= report["events"]
    assert "the audit log is verified" in cli("audit", "verify").out


TAMPERED = {
    "a changed row": "UPDATE person SET name = 'Eve' WHERE key = 'people/adam'",
    "an extra row": "INSERT INTO schema_version VALUES (99, 'evil')",
    "a deleted event": "DELETE FROM audit_event WHERE seq = 7",
    "a deleted checkpoint": "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
}


@pytest.mark.parametrize("sql", TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found_with_exit_code_1(sound: World, cli: Cli, sql: str) -> None:
    with duckdb.connect(str(sound.home.database)) as connection:
        connection.execute(sql)
    result = cli("audit", "verify", "--deep", "--json")
    assert (result.code, result.json["ok"]) == (1, False)
    assert result.json["findings"]
    text = cli("audit", "verify", "--deep")
    assert (text.code, "FAILS VERIFICATION" in text.out, "audit rebuild" in text.out) == (1, True, True)


def test_a_trusted_key_other_than_that_of_genesis_fails_verification(sound: World, cli: Cli) -> None:
    assert cli("audit", "verify", "--trusted-vkey", "modelward+00000000+AAAA").code == 1


def test_a_lost_registry_is_rebuilt_from_the_journal(sound: World, cli: Cli) -> None:
    before = cli("people", "list", "--json").json
    assert cli("audit", "rebuild").code == 3
    sound.home.database.unlink()
    result = cli("audit", "rebuild", "--json")
    assert (result.code, result.json["rebuilt"], result.json["verification"]["ok"]) == (0, len(sound.events()), True)
    assert cli("people", "list", "--json").json == before


def test_without_registry_and_journal_verification_is_refused(home: Path, cli: Cli) -> None:
    result = cli("audit", "verify", "--json")
    assert (result.code, result.json["code"]) == (3, "missing registry")


def test_the_log_is_filtered_by_type_model_time_and_limit(world: World, cli: Cli) -> None:
    deployed(world)
    kinds = {one["type"] for one in cli("audit", "log", "--type", "approval.", "--json").json}
    assert kinds == {"approval.requested", "approval.decided"}
    last = cli("audit", "log", "--limit", "3", "--json").json
    assert [one["seq"] for one in last] == [one["seq"] for one in world.events()[-3:]]
    assert all("models/ops/delay/versions/1" in str(one) for one in cli("audit", "log", "-m", "delay/1", "--json").json)
    since = cli("audit", "log", "--since", "2013-03-01T09:12:00Z", "--limit", "0", "--json").json
    assert 0 < len(since) < len(world.events())
    assert "events 1 to 3 of" in cli("audit", "log", "-n", "3").err


def test_a_backup_is_a_new_folder_that_its_own_verifier_accepts(sound: World, cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "one"
    result = cli("audit", "backup", target, "--json").json
    database = Home(target).database
    assert (result["file"], result["digest"], result["size"]) == (
        str(database),
        file_digest(database),
        database.stat().st_size,
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM audit_event").fetchone() == (len(sound.events()),)
    again = cli("audit", "backup", target)
    assert (again.code, "exists already" in again.err) == (3, True)
    check = result["check"].replace("python", sys.executable, 1)
    checked = subprocess.run(check, shell=True, capture_output=True, check=False, text=True)
    assert (checked.returncode, f"events: {len(sound.events())}" in checked.stdout) == (0, True)


def test_without_a_name_a_backup_is_a_folder_of_the_home(sound: World, cli: Cli) -> None:
    result = cli("audit", "backup")
    (folder,) = sound.home.backups.iterdir()
    assert (result.code, f"copied the registry to {folder}" in result.out) == (0, True)
    assert f"cd {folder} && python verifier.pyz" in result.out
