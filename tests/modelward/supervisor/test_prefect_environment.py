"""Prefect's environment variables: no telemetry, records under the home, and the user's own values kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.settings import read_settings
from modelward.supervisor.prefect_environment import (
    COMMON,
    Addresses,
    api_url,
    environment_of_caller,
    environment_of_child,
    prefect_environment,
    prepare,
    prepared,
    supervised_environment,
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the variables before each test, and restore them afterwards."""
    fixed = ("PREFECT_HOME", "MODELWARD_HOME", "MODELWARD_ACTOR", "PREFECT_API_URL", "NO_PROXY", "no_proxy")
    for name in (*COMMON, *fixed):
        monkeypatch.setenv(name, "to be restored")
        monkeypatch.delenv(name)


def test_telemetry_is_off(tmp_path: Path) -> None:
    variables = prefect_environment(tmp_path)
    assert (variables["DO_NOT_TRACK"], variables["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")


def test_prefect_keeps_its_records_under_the_home(tmp_path: Path) -> None:
    variables = prefect_environment(tmp_path)
    assert (variables["PREFECT_HOME"], variables["MODELWARD_HOME"]) == (str(tmp_path / "prefect"), str(tmp_path))


def test_a_variable_that_is_already_set_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", "elsewhere")
    prepare(tmp_path)
    assert os.environ["PREFECT_HOME"] == "elsewhere"


def test_a_variable_of_the_caller_overrides_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    prepare(tmp_path, PREFECT_LOGGING_LEVEL="ERROR")
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "ERROR"


def test_the_actor_of_a_block_is_restored_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with prepared(tmp_path, MODELWARD_ACTOR="ana"):
        assert os.environ["MODELWARD_ACTOR"] == "ana"
    assert "MODELWARD_ACTOR" not in os.environ
    monkeypatch.setenv("MODELWARD_ACTOR", "bo")
    with prepared(tmp_path, MODELWARD_ACTOR="ana"):
        pass
    assert os.environ["MODELWARD_ACTOR"] == "bo"


def test_the_environment_of_a_child_changes_nothing_in_this_process(tmp_path: Path) -> None:
    assert environment_of_child(tmp_path).items() >= prefect_environment(tmp_path).items()
    assert "PREFECT_HOME" not in os.environ


def test_api_url_is_the_value_of_prefect_api_url(monkeypatch: pytest.MonkeyPatch) -> None:
    assert api_url() == ""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert api_url() == "http://127.0.0.1:4200/api"


def supervisor(tmp_path: Path, login: str = "", **settings: str) -> dict[str, str]:
    variables = read_settings({"MODELWARD_HOME": str(tmp_path), **settings}, tmp_path / "none")
    return supervised_environment(variables, Addresses(4300, "http://127.0.0.1:4390", login), Path("/srv/modelward"))


def test_a_supervised_process_has_the_addresses_and_folders_of_the_supervisor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.test/api")
    variables = supervisor(tmp_path)
    assert variables["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert variables["PREFECT_UI_URL"] == "http://127.0.0.1:4300/v2"
    assert variables["MODELWARD_ROOT"] == "/srv/modelward"
    assert variables["MODELWARD_HOME"] == str(tmp_path)
    assert variables["MODELWARD_EVIDENCE_URL"] == "http://127.0.0.1:4390"
    assert variables["PREFECT_HOME"] == str(tmp_path / "prefect")


def test_a_setting_from_modelward_toml_reaches_a_supervised_process(tmp_path: Path) -> None:
    file = tmp_path / "modelward.toml"
    file.write_text('anchors = "off-host:/mnt/notes.txt"\n')
    variables = supervised_environment(read_settings({}, file), Addresses(4300, "", ""), Path("/srv"))
    assert variables["MODELWARD_ANCHORS"] == "off-host:/mnt/notes.txt"


def test_supervised_runs_send_heartbeats_and_logs_to_the_server(tmp_path: Path) -> None:
    variables = supervisor(tmp_path)
    assert (variables["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"], variables["PREFECT_LOGGING_TO_API_ENABLED"]) == (
        "30",
        "true",
    )
    assert variables["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_a_login_is_set_for_server_and_clients_with_csrf_protection(tmp_path: Path) -> None:
    guarded = {
        "PREFECT_API_AUTH_STRING": "ops:secret",
        "PREFECT_SERVER_API_AUTH_STRING": "ops:secret",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    }
    assert supervisor(tmp_path, "ops:secret").items() >= guarded.items()
    assert not supervisor(tmp_path).keys() & guarded.keys()


def test_the_environment_of_a_caller_excludes_this_machine_from_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "bank.test")
    variables = environment_of_caller("http://127.0.0.1:4300/api", "http://127.0.0.1:4300/v2", "")
    assert variables["NO_PROXY"] == "bank.test,127.0.0.1,localhost,::1"
    assert variables["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
