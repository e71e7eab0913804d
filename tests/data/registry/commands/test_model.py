"""Commands about models, plans and consumers reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.model import DeclareConsumer, RecordMonitoringPlan, RecordTestPlan, RegisterModel
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a tier below the first": (RegisterModel, "tier", 0),
    "a tier above the fourth": (RegisterModel, "tier", 5),
    "a plan without a test": (RecordTestPlan, "tests", ()),
    "a monitoring plan without a rule": (RecordMonitoringPlan, "rules", ()),
    "a monitoring plan without a rationale": (RecordMonitoringPlan, "rationale", ""),
    "a window of zero days": (RecordMonitoringPlan, "window_days", 0),
    "a minimum of zero rows": (RecordMonitoringPlan, "minimum_rows", 0),
    "patience below zero": (RecordMonitoringPlan, "label_patience_days", -1),
    "a cadence of zero days": (DeclareConsumer, "cadence_days", 0),
    "a criticality that does not exist": (DeclareConsumer, "criticality", "vital"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_a_command_is_its_model() -> None:
    assert DeclareConsumer(model="models/a/b", system="s", owner="o", contact="c").subject == "models/a/b"
