"""Commands about monitoring results and alerts reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.monitoring import AnswerAlert, RecordMonitoring
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "an answer that does not exist": (AnswerAlert, "answer", "ignore"),
    "a reason that is too long": (AnswerAlert, "reason", "x" * 4_001),
    "a deviation of a level that does not exist": (
        RecordMonitoring, "found", [{"about": "x", "version": None, "level": "panic", "text": "t"}]
    ),
    "counts that are no numbers": (RecordMonitoring, "counts", {"passed": "many"}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_an_answer_is_its_alert() -> None:
    assert AnswerAlert(key="models/a/b/alerts/1", answer="confirm").subject == "models/a/b/alerts/1"
