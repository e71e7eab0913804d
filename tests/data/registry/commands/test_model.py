"""Models, plans and consumers: what these commands do not even take, and what they are about."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.model import DeclareConsumer, RecordMonitoringPlan, RecordTestPlan, RegisterModel
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a tier below the first": (RegisterModel, "tier", 0),
    "a tier above the fourth": (RegisterModel, "tier", 5),
    "a plan without a test": (RecordTestPlan, "tests", ()),
    "a watch without a rule": (RecordMonitoringPlan, "rules", ()),
    "a watch without a rationale": (RecordMonitoringPlan, "rationale", ""),
    "a window of no day": (RecordMonitoringPlan, "window_days", 0),
    "a window of no row": (RecordMonitoringPlan, "minimum_rows", 0),
    "patience below zero": (RecordMonitoringPlan, "label_patience_days", -1),
    "a consumer that never calls": (DeclareConsumer, "cadence_days", 0),
    "a criticality nobody knows": (DeclareConsumer, "criticality", "vital"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert DeclareConsumer(model="models/a/b", system="s", owner="o", contact="c").subject == "models/a/b"
