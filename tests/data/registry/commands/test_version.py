"""Versions, evidence and verdicts: what these commands do not even take, and what they are about."""

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
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a dataset of a role nobody knows": (RegisterVersion, "datasets", [{"role": "secret"}]),
    "an artifact of a kind nobody knows": (RegisterVersion, "artifact", {"kind": "pickle", "digest": "x"}),
    "a change of a class nobody knows": (
        RegisterVersion, "change", {"change_class": "tiny", "what": "w", "why": "y"}
    ),
    "evidence of a kind nobody knows": (RecordEvidence, "rumours", []),
    "verdicts without a verdict": (RecordVerdicts, "judgements", ()),
    "verdicts under no standard": (RecordVerdicts, "standards", ()),
    "verdicts at a stage nobody knows": (RecordVerdicts, "stage", "glance"),
    "rejecting without a reason": (RejectVersion, "reason", ""),
    "revoking without a reason": (RevokeVersion, "reason", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert ExpireVersion(version="models/a/b/versions/1").subject == "models/a/b/versions/1"
