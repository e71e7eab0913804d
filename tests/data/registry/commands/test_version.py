"""Commands about versions, evidence and verdicts reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.version import (
    ExpireVersion,
    RecordEvidence,
    RecordVerdicts,
    RegisterVersion,
    RejectVersion,
    RevokeVersion,
)
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a dataset of a role that does not exist": (RegisterVersion, "datasets", [{"role": "secret"}]),
    "an artifact of a kind that does not exist": (RegisterVersion, "artifact", {"kind": "pickle", "digest": "x"}),
    "a change of a class that does not exist": (
        RegisterVersion, "change", {"change_class": "tiny", "what": "w", "why": "y"}
    ),
    "evidence of a kind that does not exist": (RecordEvidence, "rumours", []),
    "verdicts without a verdict": (RecordVerdicts, "judgements", ()),
    "verdicts under no standard": (RecordVerdicts, "standards", ()),
    "verdicts at a stage that does not exist": (RecordVerdicts, "stage", "preview"),
    "rejecting without a reason": (RejectVersion, "reason", ""),
    "revoking without a reason": (RevokeVersion, "reason", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_a_command_is_its_version() -> None:
    assert ExpireVersion(version="models/a/b/versions/1").subject == "models/a/b/versions/1"
