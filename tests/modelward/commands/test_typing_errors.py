"""A typing error of a command is reported before a Prefect server starts."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from modelward.runs import flow_call
from tests.modelward.conftest import Cli
from tests.operations import deployed, prepared
from tests.world import Template

WRONG = {
    "the folder to register": (("register", "no-such-folder"), "is not a folder"),
    "the version to validate": (("validate", "delya/1"), "delya"),
    "the version to deploy": (("deploy", "delay/99"), "99"),
    "the model to roll back": (("rollback", "delya", "--reason", "slow"), "delya"),
    "the model to suspend": (("suspend", "delya", "--reason", "slow", "--fallback", "the timetable"), "delya"),
    "the version to retire": (("retire", "delya/1", "--reason", "old"), "delya"),
    "the model to monitor": (("monitor", "delya"), "delya"),
    "the last day": (("monitor", "--through", "yesterdya"), "yesterdya"),
    "the business time": (("attest", "--as-of", "noon"), "noon"),
}


@pytest.fixture(scope="module")
def serving(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after the deployment of a version."""
    return prepared(founded, tmp_path_factory.mktemp("serving") / "home", deployed)


@pytest.mark.parametrize(("command", "word"), WRONG.values(), ids=WRONG)
def test_a_wrong_name_is_reported_before_a_server_starts(
    serving: Template,
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    word: str,
) -> None:
    def start(_: str = "") -> NoReturn:
        raise AssertionError("Prefect was started")

    serving.copy(tmp_path / "home", monkeypatch)
    monkeypatch.setattr(flow_call, "prefect_ready", start)
    result = cli(*command)
    assert (result.code, "error: " in result.err, word in result.err) == (2, True, True), result.err
