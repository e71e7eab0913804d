"""An artifact is left with the run; where there is none, or Prefect takes none, what the run did stands."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from prefect import runtime

from tasks.run import leave_artifact as leaving
from tasks.run.leave_artifact import artifact_key, evidence_line, leave_artifact

KEYS = {
    "a model": (("gates", "models/ops/flight-delay"), "gates-ops-flight-delay"),
    "anything below it": (("gates", "models/ops/delay/versions/1/requests/2"), "gates-ops-delay"),
    "letters that Prefect does not take": (("gates", "models/ops.eu/flight_delay..v"), "gates-ops-eu-flight-delay-v"),
    "no model at all": (("review", ""), "review"),
}


@pytest.mark.parametrize(("subject", "key"), KEYS.values(), ids=KEYS)
def test_its_key_names_the_model(subject: tuple[str, str], key: str) -> None:
    assert artifact_key(*subject) == key


@pytest.fixture
def artifacts(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Prefect is asked to keep, within a run."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(leaving, "create_markdown_artifact", lambda text, **more: found.append({"text": text, **more}))
    monkeypatch.setattr(runtime.flow_run, "id", "a-run", raising=False)
    return found


def test_lines_become_one_text(artifacts: list[dict[str, Any]]) -> None:
    leave_artifact("gates", "models/ops/delay", ["a", "", "b"], "ops/my_delay: 1 failed")
    assert artifacts == [{"text": "a\n\nb", "key": "gates-ops-delay", "description": "ops/my\\_delay: 1 failed"}]


def test_outside_of_a_run_nothing_is_asked(artifacts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.flow_run, "id", None)
    leave_artifact("gates", "models/ops/delay", ["a"], "said")
    assert artifacts == []


def test_a_prefect_that_takes_none_ends_no_run(
    artifacts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(leaving, "create_markdown_artifact", refuse)
    with caplog.at_level(logging.WARNING):
        leave_artifact("gates", "models/ops/delay", ["a"], "said")
    assert "the artifact gates-ops-delay could not be left: gone" in caplog.text


def test_the_evidence_is_a_link_where_it_is_served_and_a_command_where_not(monkeypatch: pytest.MonkeyPatch) -> None:
    place = ("models/ops/delay/1.html", "models/ops/delay/versions/1")
    monkeypatch.delenv("MODELWARD_EVIDENCE_URL", raising=False)
    assert evidence_line(*place) == ["", "All evidence: `modelward report ops/delay/1`"]
    monkeypatch.setenv("MODELWARD_EVIDENCE_URL", "http://127.0.0.1:4290/")
    assert evidence_line(*place) == ["", "[All evidence](http://127.0.0.1:4290/models/ops/delay/1.html)"]
