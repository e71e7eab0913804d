"""Waivers: a reason, an end, and an approver other than the requester."""

from __future__ import annotations

from typing import Any

import pytest

from gates.waivers import in_use, independent
from tests.gates import rows
from tests.gates.rows import NOW, days, waiver

CRITERION = "waiver 1 of CMP-1"
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a waiver with approver, reason and end passes": ({}, {CRITERION: "passed"}),
    "a waiver granted by its requester fails": ({"approver": "people/Dana"}, {CRITERION: "failed"}),
    "a waiver without an approver fails": ({"approver": None}, {CRITERION: "failed"}),
    "a waiver granted by a contributor fails": ({"approver": "dmitri"}, {CRITERION: "failed"}),
    "a waiver with a short reason fails": ({"reason": "in time"}, {CRITERION: "failed"}),
    "a waiver of too many days fails": ({"expires_at": NOW + days(88)}, {CRITERION: "failed"}),
    "a waiver of the maximum duration passes": ({"expires_at": NOW + days(87)}, {CRITERION: "passed"}),
    "an expired waiver is not in use": ({"expires_at": NOW}, {"waivers": "passed"}),
    "a refused waiver is not in use": ({"state": "refused"}, {"waivers": "passed"}),
    "a revoked waiver is not in use": ({"state": "revoked"}, {"waivers": "passed"}),
    "a requested waiver is not in use": ({"state": "requested"}, {"waivers": "passed"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_waiver(case: str) -> None:
    changes, expected = CASES[case]
    found = rows.judged("waivers", rows.evidence(waivers=(waiver(**changes),)), maximum_days=90)
    assert rows.outcomes(found) == expected


def test_evidence_without_waivers_passes() -> None:
    (only,) = rows.judged("waivers", rows.evidence(), maximum_days=90)
    assert "no waiver is in use" in rows.words(only)


def test_a_waiver_is_in_use_until_it_expires_and_independent_with_another_approver() -> None:
    assert in_use(waiver(), NOW)
    assert not in_use(waiver(), NOW + days(30))
    assert independent(waiver())
    assert not independent(waiver(approver=" "))
