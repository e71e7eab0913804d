"""Sign-off: the required roles approved for this environment and use, independently, and the approval is valid."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.approval import RequiredRole
from data.records.person import Role
from gates.standard import baseline_text, load_standard
from tests.gates import rows
from tests.gates.rows import NOW, days, request, vote

APPROVALS = load_standard(baseline_text(), "baseline.yaml").approvals
BOTH = (vote("alma"), vote("axel"))
ONE_OF_EACH = (RequiredRole(role=Role.APPROVER, count=2), RequiredRole(role=Role.OWNER))
CASES: dict[str, tuple[dict[str, Any], tuple[Any, ...], str, str]] = {
    "two distinct approvers sign": ({}, BOTH, "roles signed", "passed"),
    "an approval with conditions is a signature": (
        {},
        (vote("alma", decision="approve with conditions"), vote("axel")),
        "roles signed",
        "passed",
    ),
    "one signature of two is unproven": ({}, (vote("alma"),), "roles signed", "unproven"),
    "two votes of one person are one signature": ({}, (vote("alma"), vote("people/Alma")), "roles signed", "unproven"),
    "one person in two roles is one signature": (
        {"required": ONE_OF_EACH},
        (*BOTH, vote("alma", role=Role.OWNER)),
        "roles signed",
        "unproven",
    ),
    "signatures of every required role pass": (
        {"required": ONE_OF_EACH},
        (*BOTH, vote("omar", role=Role.OWNER)),
        "roles signed",
        "passed",
    ),
    "a rejection fails despite approvals": ({}, (*BOTH, vote("nina", decision="reject")), "roles signed", "failed"),
    "a return for changes fails": ({}, (vote("nina", decision="return for changes"),), "roles signed", "failed"),
    "a recusal is no signature": ({}, (vote("alma"), vote("axel", decision="recuse")), "roles signed", "unproven"),
    "a vote on another request does not count": (
        {},
        (vote("alma"), vote("axel", request="x")),
        "roles signed",
        "unproven",
    ),
    "a request without roles is unproven": ({"required": ()}, BOTH, "roles signed", "unproven"),
    "independent signers pass": ({}, BOTH, "independence", "passed"),
    "a signature of a contributor fails": ({}, (vote("alma"), vote("dmitri")), "independence", "failed"),
    "a signature of the requester fails": ({"requester": "alma"}, BOTH, "independence", "failed"),
    "a signature of a contributor listed only in the request fails": (
        {"contributors": ("axel",)},
        BOTH,
        "independence",
        "failed",
    ),
    "a request without votes is unproven": ({}, (), "independence", "unproven"),
    "the same version and artifact pass": ({}, BOTH, "subject", "passed"),
    "a request for another version fails": ({"subject": f"{rows.MODEL}/versions/1"}, BOTH, "subject", "failed"),
    "a request to retire fails": ({"purpose": "retire"}, BOTH, "subject", "failed"),
    "another artifact fails": ({"artifact_digest": rows.digest("9")}, BOTH, "subject", "failed"),
    "the same environment and use pass": ({}, BOTH, "use", "passed"),
    "another environment fails": ({"environment": "staging"}, BOTH, "use", "failed"),
    "another use fails": ({"use": "pricing"}, BOTH, "use", "failed"),
    "a request for the roles of the standard passes": ({}, BOTH, "roles requested", "passed"),
    "a request for fewer people fails": (
        {"required": (RequiredRole(role=Role.APPROVER),)},
        BOTH,
        "roles requested",
        "failed",
    ),
    "a request for another role fails": (
        {"required": (RequiredRole(role=Role.OWNER, count=2),)},
        BOTH,
        "roles requested",
        "failed",
    ),
    "a valid approval passes": ({}, BOTH, "in force", "passed"),
    "a pending request is unproven": ({"state": "pending"}, BOTH, "in force", "unproven"),
    "a rejected request fails": ({"state": "rejected"}, BOTH, "in force", "failed"),
    "an expired approval fails": ({"valid_until": NOW}, BOTH, "in force", "failed"),
    "an approval without an end is unproven": ({"valid_until": None}, BOTH, "in force", "unproven"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_each_criterion(case: str) -> None:
    changes, votes, criterion, outcome = CASES[case]
    evidence = rows.evidence(request=request(**changes), votes=votes)
    assert rows.outcomes(rows.judged("sign_off", evidence, approvals=APPROVALS))[criterion] == outcome


def test_a_missing_request_is_unproven() -> None:
    assert rows.outcomes(rows.judged("sign_off", rows.evidence(request=None))) == {"request": "unproven"}


def test_a_case_without_a_rule_is_unproven() -> None:
    assert rows.outcomes(rows.judged("sign_off", rows.evidence()))["roles requested"] == "unproven"


def test_a_prohibited_use_fails() -> None:
    evidence = rows.evidence(use="refusing passengers", request=request(use="refusing passengers"))
    assert rows.outcomes(rows.judged("sign_off", evidence, approvals=APPROVALS))["use"] == "failed"


def test_a_request_without_use_is_for_the_purpose_of_the_model() -> None:
    found = rows.judged("sign_off", rows.evidence(use="", request=request(use="")), approvals=APPROVALS)
    assert "for the purpose of the model in production" in rows.words(found[1])


@pytest.mark.parametrize("separates, outcome", [(True, "failed"), (False, "passed")])
def test_the_validator_may_approve_unless_the_standard_separates_the_two(separates: bool, outcome: str) -> None:
    evidence = rows.evidence(votes=(vote("alma"), vote("vera")))
    found = rows.judged("sign_off", evidence, approvals=APPROVALS, apart_from_validator=separates)
    assert rows.outcomes(found)["independence"] == outcome


def test_an_approval_fails_after_its_last_day() -> None:
    later = rows.judged("sign_off", rows.evidence(), NOW + days(366), approvals=APPROVALS)
    assert rows.outcomes(later)["in force"] == "failed"
