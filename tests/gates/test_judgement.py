"""A version is judged by its standards: which controls apply, waivers, modes, and at least one judgement."""

from __future__ import annotations

from typing import Any

import pytest

from data.errors import StandardError
from data.records.version import ChangeClass
from gates.judgement import judge, standards_digest
from gates.standard import baseline_text, load_standard
from tests.gates import rows
from tests.gates.rows import NOW, days, waiver
from tests.gates.standards import control, standard, text

GAP = control(id="GAP-1", gate="generalisation_gap", parameters={"limit": 0.01})
SMALL = standard(GAP)


def judged(evidence: Any, *standards: Any, mode: Any = "enforce", stage: Any = "assess") -> Any:
    return judge([(one, mode) for one in standards or (SMALL,)], stage, evidence, NOW)


def test_judging_without_a_standard_is_refused() -> None:
    with pytest.raises(StandardError, match="no standard applies to models/ops/delay"):
        judge([], "assess", rows.evidence(), NOW)


NOT_DEMANDED: dict[str, Any] = {
    "of this tier": rows.evidence(model=rows.model(tier=3)),
    "of this change": rows.evidence(version=rows.changed_as(ChangeClass.CORRECTION)),
}


@pytest.mark.parametrize("case", NOT_DEMANDED)
def test_a_standard_without_a_control_for_the_case_is_unproven(case: str) -> None:
    narrow = standard(control(tiers=[1, 2], changes=["new"]))
    (only,) = judged(NOT_DEMANDED[case], narrow)
    assert only.verdict.outcome == "unproven"
    assert not only.cleared
    assert "a control of small 3 for tier" in only.verdict.missing


def test_a_standard_without_a_control_for_the_stage_is_not_cleared() -> None:
    (only,) = judged(rows.evidence(), standard(control(stages=["assess"])), stage="deploy")
    assert not only.cleared


def test_a_disabled_control_is_unproven() -> None:
    first, second, *_ = judged(rows.evidence(), standard(control(enabled=False), control(id="GAP-1", gate="testing")))
    assert (first.control, first.verdict.outcome, first.cleared) == ("TST-1", "unproven", False)
    assert second.control == "GAP-1"


def test_a_judgement_has_its_standard_and_mode() -> None:
    (only,) = judged(rows.evidence())
    assert (only.standard, only.mode, only.measured, only.limit) == ("small 3", "enforce", pytest.approx(0.053), 0.01)


@pytest.mark.parametrize("mode, cleared", [("observe", True), ("warn", True), ("enforce", False)])
def test_the_verdict_is_equal_in_every_mode_and_blocks_in_enforce(mode: str, cleared: bool) -> None:
    (only,) = judged(rows.evidence(), mode=mode)
    assert (only.verdict.outcome, only.cleared, only.mode) == ("failed", cleared, mode)


def test_each_standard_is_judged_in_its_own_mode() -> None:
    found = judge([(SMALL, "warn"), (standard(GAP, id="other"), "enforce")], "assess", rows.evidence(), NOW)
    assert [(one.standard, one.cleared) for one in found] == [("small 3", True), ("other 3", False)]


WAIVERS: dict[str, tuple[dict[str, Any], bool]] = {
    "a waiver for the control": ({"control": "GAP-1"}, True),
    "a waiver for the control of this standard": ({"control": "small/GAP-1"}, True),
    "a waiver for another standard does not": ({"control": "other/GAP-1"}, False),
    "a waiver for another control does not": ({"control": "GAP-2"}, False),
    "a waiver for another version does not": ({"control": "GAP-1", "version": f"{rows.MODEL}/versions/1"}, False),
    "a requested waiver does not": ({"control": "GAP-1", "state": "requested"}, False),
    "an expired waiver does not": ({"control": "GAP-1", "expires_at": NOW}, False),
    "a waiver that its requester granted does not": ({"control": "GAP-1", "approver": "dana"}, False),
}


@pytest.mark.parametrize("case", WAIVERS)
def test_a_waiver_clears_the_control_it_refers_to(case: str) -> None:
    changes, waived = WAIVERS[case]
    (only,) = judged(rows.evidence(waivers=(waiver(**changes),)))
    assert only.verdict.outcome == "failed"
    assert only.waived_by == (waiver().key if waived else None)
    assert only.cleared is waived


def test_a_control_that_is_not_waivable_is_not_waived() -> None:
    (only,) = judged(rows.evidence(waivers=(waiver(control="GAP-1"),)), standard({**GAP, "waivable": False}))
    assert not only.cleared


def test_a_passed_criterion_uses_no_waiver() -> None:
    loose = standard({**GAP, "parameters": {"limit": 0.1}})
    (only,) = judged(rows.evidence(waivers=(waiver(control="GAP-1"),)), loose)
    assert (only.cleared, only.waived_by) == (True, None)


def test_the_parameters_of_the_tier_are_used() -> None:
    scaled = standard({**GAP, "scaled": [{"tiers": [4], "parameters": {"limit": 0.1}}]})
    outcomes = [judged(rows.evidence(model=rows.model(tier=tier)), scaled)[0].cleared for tier in (3, 4)]
    assert outcomes == [False, True]


def test_the_gate_sign_off_uses_the_approval_rules_of_its_standard() -> None:
    (roles,) = [
        one for one in judged(rows.evidence(), standard(control(gate="sign_off"))) if one.criterion == "roles requested"
    ]
    assert roles.verdict.outcome == "passed"
    rule = {"roles": {"owner": 3}, "request_days": 7, "approval_days": 90, "rationale": "because"}
    strict = standard(control(gate="sign_off"), approvals=[rule])
    (roles,) = [one for one in judged(rows.evidence(), strict) if one.criterion == "roles requested"]
    assert "the standard demands 3 owner" in rows.words(roles)


def test_judging_is_deterministic_and_does_not_change_the_evidence() -> None:
    baseline, whole = load_standard(baseline_text()), rows.evidence()
    before = whole.model_copy(deep=True)
    assert judged(whole, baseline, stage="deploy") == judged(whole, baseline, stage="deploy")
    assert whole == before


def test_the_digest_of_standards_depends_on_text_version_and_mode_but_not_on_order() -> None:
    other = standard(GAP, id="other")
    digest = standards_digest([(SMALL, "enforce"), (other, "warn")])
    assert digest == standards_digest([(other, "warn"), (SMALL, "enforce")])
    changed = [
        [(SMALL, "warn"), (other, "warn")],
        [(SMALL, "enforce")],
        [(load_standard(text(controls=[GAP]) + "\n"), "enforce"), (other, "warn")],
        [(standard(GAP, version=4), "enforce"), (other, "warn")],
    ]
    assert len({digest, *(standards_digest(each) for each in changed)}) == 5


def test_an_expired_waiver_no_longer_clears() -> None:
    evidence = rows.evidence(waivers=(waiver(control="GAP-1"),))
    assert [judge([(SMALL, "enforce")], "assess", evidence, at)[0].cleared for at in (NOW, NOW + days(30))] == [
        True,
        False,
    ]
