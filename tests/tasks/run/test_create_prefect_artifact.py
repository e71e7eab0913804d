"""A Prefect artifact is created within a run; outside one, or after an error of Prefect, nothing else changes."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from prefect import runtime

from tasks.run import create_prefect_artifact as module
from tasks.run.create_prefect_artifact import artifact_key, create_prefect_artifact, evidence_line

KEYS = {
    "a model": (("gates", "models/ops/flight-delay"), "gates-ops-flight-delay"),
    "a key below a model": (("gates", "models/ops/delay/versions/1/requests/2"), "gates-ops-delay"),
    "characters that Prefect does not allow": (
        ("gates", "models/ops.eu/flight_delay..v"),
        "gates-ops-eu-flight-delay-v",
    ),
    "no model": (("review", ""), "review"),
}


@pytest.mark.parametrize(("subject", "key"), KEYS.values(), ids=KEYS)
def test_the_key_contains_the_model(subject: tuple[str, str], key: str) -> None:
    assert artifact_key(*subject) == key


@pytest.fixture
def artifacts(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Record the Prefect artifacts created within a run."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "create_markdown_artifact", lambda text, **more: found.append({"text": text, **more}))
    monkeypatch.setattr(runtime.flow_run, "id", "a-run", raising=False)
    return found


def test_the_lines_become_one_markdown_text(artifacts: list[dict[str, Any]]) -> None:
    create_prefect_artifact("gates", "models/ops/delay", ["a", "", "b"], "ops/my_delay: 1 failed")
    assert artifacts == [{"text": "a\n\nb", "key": "gates-ops-delay", "description": "ops/my\\_delay: 1 failed"}]


def test_outside_a_run_no_artifact_is_created(artifacts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.flow_run, "id", None)
    create_prefect_artifact("gates", "models/ops/delay", ["a"], "said")
    assert artifacts == []


def test_an_error_of_prefect_is_only_logged(
    artifacts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(module, "create_markdown_artifact", refuse)
    with caplog.at_level(logging.WARNING):
        create_prefect_artifact("gates", "models/ops/delay", ["a"], "said")
    assert "the Prefect artifact gates-ops-delay could not be created: gone" in caplog.text


def test_the_evidence_line_is_a_link_or_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    place = ("models/ops/delay/1.html", "models/ops/delay/versions/1")
    monkeypatch.delenv("MODELWARD_EVIDENCE_URL", raising=False)
    assert evidence_line(*place) == ["", "All evidence: `modelward report ops/delay/1`"]
    monkeypatch.setenv("MODELWARD_EVIDENCE_URL", "http://127.0.0.1:4290/")
    assert evidence_line(*place) == ["", "[All evidence](http://127.0.0.1:4290/models/ops/delay/1.html)"]
