"""The environment Prefect finds: quiet, under the home, and never against what the person set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelward.prefect_environment import QUIET, api_url, environment_of_child, prefect_environment, prepare, prepared


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
