"""Waivers: reason, end, and another approver than the one who asked."""

from __future__ import annotations

from typing import Any

import pytest

from gates.waivers import in_use, independent
from tests.gates import rows
from tests.gates.rows import NOW, days, waiver

CRITERION = "waiver 1 of CMP-1"
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "one granted by another, with a reason and an end, passes": ({}, {CRITERION: "passed"}),
    "one granted by its requester fails": ({"approver": "people/Dana"}, {CRITERION: "failed"}),
    "one granted by nobody known fails": ({"approver": None}, {CRITERION: "failed"}),
    "one granted by a maker of the version fails": ({"approver": "dmitri"}, {CRITERION: "failed"}),
    "one without a real reason fails": ({"reason": "in time"}, {CRITERION: "failed"}),
    "one that runs too long fails": ({"expires_at": NOW + days(88)}, {CRITERION: "failed"}),
    "one that runs just as long as allowed passes": ({"expires_at": NOW + days(87)}, {CRITERION: "passed"}),
    "one that ran out is not in use": ({"expires_at": NOW}, {"waivers": "passed"}),
    "one that was refused is not in use": ({"state": "refused"}, {"waivers": "passed"}),
    "one that was revoked is not in use": ({"state": "revoked"}, {"waivers": "passed"}),
    "one only asked for is not in use": ({"state": "requested"}, {"waivers": "passed"}),
}


@pytest.mark.parametrize("case", CASES)
def test_waivers(case: str) -> None:
    changes, expected = CASES[case]
    found = rows.judged("waivers", rows.evidence(waivers=(waiver(**changes),)), maximum_days=90)
    assert rows.outcomes(found) == expected


def test_no_waiver_passes_and_says_so() -> None:
    (only,) = rows.judged("waivers", rows.evidence(), maximum_days=90)
    assert "no waiver is in use" in rows.words(only)


def test_in_use_and_independent() -> None:
    assert in_use(waiver(), NOW)
    assert not in_use(waiver(), NOW + days(30))
    assert independent(waiver())
    assert not independent(waiver(approver=" "))
