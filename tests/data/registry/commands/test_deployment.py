"""Operations and deployments: what these commands do not even take, and what they are about."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.deployment import (
    BeginOperation,
    CompleteDeployment,
    CompleteRollback,
    CompleteSuspension,
    CompleteWithdrawal,
    EscalateIncident,
    RatifyDeployment,
    ResolveIncident,
    UndoOperation,
)
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "an operation nobody knows": (BeginOperation, "kind", "promote"),
    "a slot nobody knows": (BeginOperation, "slot", "canary"),
    "undoing without a reason": (UndoOperation, "reason", ""),
    "a deployment of nothing": (CompleteDeployment, "manifest_digest", None),
    "a rollback without a reason": (CompleteRollback, "reason", ""),
    "a suspension without a reason": (CompleteSuspension, "reason", ""),
    "a withdrawal without a reason": (CompleteWithdrawal, "reason", ""),
    "ratifying without a proof": (RatifyDeployment, "proof", None),
    "escalating without a reason": (EscalateIncident, "reason", ""),
    "resolving without saying what was done": (ResolveIncident, "resolution", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert CompleteDeployment(model="models/a/b", manifest_digest="sha256:0").subject == "models/a/b"
