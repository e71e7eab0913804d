"""Commands about operations and deployments reject wrong fields, and their subject is a key."""

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
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "an operation that does not exist": (BeginOperation, "kind", "promote"),
    "a slot that does not exist": (BeginOperation, "slot", "canary"),
    "undoing without a reason": (UndoOperation, "reason", ""),
    "a deployment without a manifest": (CompleteDeployment, "manifest_digest", None),
    "a rollback without a reason": (CompleteRollback, "reason", ""),
    "a suspension without a reason": (CompleteSuspension, "reason", ""),
    "a withdrawal without a reason": (CompleteWithdrawal, "reason", ""),
    "ratifying without a proof": (RatifyDeployment, "proof", None),
    "escalating without a reason": (EscalateIncident, "reason", ""),
    "resolving without saying what was done": (ResolveIncident, "resolution", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_a_command_is_its_model() -> None:
    assert CompleteDeployment(model="models/a/b", manifest_digest="sha256:0").subject == "models/a/b"
