"""What the watch found: what these commands do not even take, and what they are about."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.monitoring import AnswerAlert, RecordMonitoring
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "an answer nobody knows": (AnswerAlert, "answer", "ignore"),
    "a reason that goes on": (AnswerAlert, "reason", "x" * 4_001),
    "a finding of a level nobody knows": (
        RecordMonitoring, "found", [{"about": "x", "version": None, "level": "panic", "text": "t"}]
    ),
    "counts that are no numbers": (RecordMonitoring, "counts", {"passed": "many"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert AnswerAlert(key="models/a/b/alerts/1", answer="confirm").subject == "models/a/b/alerts/1"
