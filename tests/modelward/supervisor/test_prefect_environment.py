"""The environment Prefect finds: quiet, under the home, and never against what the person set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.settings import read_settings
from modelward.supervisor.prefect_environment import (
    QUIET,
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
    """Nothing is set, and what is set here does not stay."""
    for name in (*QUIET, "PREFECT_HOME", "MODELWARD_HOME", "MODELWARD_ACTOR", "PREFECT_API_URL"):
        monkeypatch.setenv(name, "to be put back")
        monkeypatch.delenv(name)


def test_nothing_is_told_to_anybody(tmp_path: Path) -> None:
    told = prefect_environment(tmp_path)
    assert (told["DO_NOT_TRACK"], told["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")


def test_prefect_keeps_its_records_under_the_home(tmp_path: Path) -> None:
    told = prefect_environment(tmp_path)
    assert (told["PREFECT_HOME"], told["MODELWARD_HOME"]) == (str(tmp_path / "prefect"), str(tmp_path))


def test_what_the_person_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", "elsewhere")
    prepare(tmp_path)
    assert os.environ["PREFECT_HOME"] == "elsewhere"


def test_what_the_caller_names_wins_over_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    prepare(tmp_path, PREFECT_LOGGING_LEVEL="ERROR")
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "ERROR"


def test_whom_a_block_acts_for_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with prepared(tmp_path, MODELWARD_ACTOR="ana"):
        assert os.environ["MODELWARD_ACTOR"] == "ana"
    assert "MODELWARD_ACTOR" not in os.environ
    monkeypatch.setenv("MODELWARD_ACTOR", "bo")
    with prepared(tmp_path, MODELWARD_ACTOR="ana"):
        pass
    assert os.environ["MODELWARD_ACTOR"] == "bo"


def test_a_child_gets_all_of_it_and_this_process_nothing(tmp_path: Path) -> None:
    assert environment_of_child(tmp_path).items() >= prefect_environment(tmp_path).items()
    assert "PREFECT_HOME" not in os.environ


def test_the_server_is_the_one_the_person_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert api_url() == ""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert api_url() == "http://127.0.0.1:4200/api"


def supervisor(tmp_path: Path, login: str = "", **settings: str) -> dict[str, str]:
    told = read_settings({"MODELWARD_HOME": str(tmp_path), **settings}, tmp_path / "none")
    return supervised_environment(told, Addresses(4300, "http://127.0.0.1:4390", login), Path("/srv/modelward"))


def test_what_is_supervised_finds_the_server_the_flows_the_registry_and_the_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.test/api")
    told = supervisor(tmp_path)
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert told["PREFECT_UI_URL"] == "http://127.0.0.1:4300/v2"
    assert told["MODELWARD_ROOT"] == "/srv/modelward"
    assert told["MODELWARD_HOME"] == str(tmp_path)
    assert told["MODELWARD_EVIDENCE_URL"] == "http://127.0.0.1:4390"
    assert told["PREFECT_HOME"] == str(tmp_path / "prefect")


def test_a_setting_of_a_file_in_the_working_directory_reaches_the_worker_too(tmp_path: Path) -> None:
    file = tmp_path / "modelward.toml"
    file.write_text('anchors = "off-host:/mnt/notes.txt"\n')
    told = supervised_environment(read_settings({}, file), Addresses(4300, "", ""), Path("/srv"))
    assert told["MODELWARD_ANCHORS"] == "off-host:/mnt/notes.txt"


def test_supervised_runs_show_that_they_live_and_speak_to_the_server(tmp_path: Path) -> None:
    told = supervisor(tmp_path)
    assert (told["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"], told["PREFECT_LOGGING_TO_API_ENABLED"]) == ("30", "true")
    assert told["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_with_a_login_the_server_asks_for_it_everybody_has_it_and_nobody_acts_in_its_name(tmp_path: Path) -> None:
    guarded = {
        "PREFECT_API_AUTH_STRING": "ops:secret",
        "PREFECT_SERVER_API_AUTH_STRING": "ops:secret",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    }
    assert supervisor(tmp_path, "ops:secret").items() >= guarded.items()
    assert not supervisor(tmp_path).keys() & guarded.keys()


def test_a_caller_reaches_this_machine_past_every_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "bank.test")
    told = environment_of_caller("http://127.0.0.1:4300/api", "http://127.0.0.1:4300/v2", "")
    assert told["NO_PROXY"] == "bank.test,127.0.0.1"
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
