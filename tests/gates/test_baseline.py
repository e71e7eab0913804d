"""The baseline standard loads, uses every gate, and demands more of models of higher risk."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from data.records.review import Severity
from data.records.version import ChangeClass
from gates.approval_rule import CHANGES, TIERS
from gates.catalogue import GATES
from gates.judgement import judge
from gates.standard import (
    approvals_for,
    baseline_text,
    blocking_severities,
    earlier_builtins,
    load_standard,
    oversight_for,
    released_text,
    retirement_for,
    waiver_days,
)
from tests.gates import rows
from tests.gates.rows import NOW

BASELINE = load_standard(baseline_text(), "baseline.yaml")


RELEASED = {
    "baseline/1": "sha256:e44cf07734bf13f570ae9b6371cc35768c019ea0937eeed265be935aaa9c4f0b",
    "baseline/2": "sha256:2de9ced442a8db88cb25d2b46bf40d1bbdc98097f28bd9cfa50d2cdc08882b42",
}
"""The digest of each version that was released. Registries that adopted it recorded this digest."""
PROSE = ("title", "about", "rationale", "version", "text_digest")


def without_prose(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: without_prose(value) for key, value in part.items() if key not in PROSE}
    return [without_prose(one) for one in part] if isinstance(part, list) else part


def demanded(tier: int, change: str = "new", stage: str = "deploy") -> list[str]:
    return [one.id for one in BASELINE.demanded(tier, change, stage)]


def judged(stage: Any, **changes: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for judgement in judge([(BASELINE, "enforce")], stage, rows.evidence(**changes), NOW):
        found.setdefault(judgement.control, set()).add(judgement.verdict.outcome)
    return found


@pytest.mark.parametrize("name", RELEASED)
def test_the_text_of_a_released_version_is_never_changed(name: str) -> None:
    standard = load_standard(released_text(name), name)
    assert (standard.key, standard.text_digest) == (f"standards/{name}", RELEASED[name])


def test_the_present_version_and_each_earlier_one_can_be_read() -> None:
    earlier = tuple(f"baseline/{number}" for number in range(1, BASELINE.version))
    assert (earlier_builtins(), (*earlier, f"baseline/{BASELINE.version}")) == (earlier, tuple(RELEASED))


def test_version_2_demands_the_same_as_version_1_in_other_words() -> None:
    first, second = (
        load_standard(released_text(name)).model_dump(mode="json") for name in ("baseline/1", "baseline/2")
    )
    assert without_prose(first) == without_prose(second)
    assert first != second


def test_the_baseline_uses_every_gate() -> None:
    assert {one.gate for one in BASELINE.controls} == set(GATES)


@pytest.mark.parametrize("control", BASELINE.controls, ids=lambda one: str(one.id))
def test_a_control_has_source_rationale_and_authority_and_is_enabled(control: Any) -> None:
    assert re.search(r"SR |EU AI Act|CFR|PRA", control.source)
    assert len(control.rationale.split()) >= 10
    assert control.authority == "house policy"
    assert control.enabled


def test_the_text_does_not_claim_compliance() -> None:
    assert "compliant" not in baseline_text().lower()
    assert "never a statement of compliance" in baseline_text()


@pytest.mark.parametrize("tier, change", list(product(TIERS, CHANGES)))
def test_every_case_has_controls_at_each_stage_and_an_approver(tier: int, change: ChangeClass) -> None:
    for stage in ("assess", "approve", "deploy"):
        assert len(demanded(tier, change, stage)) >= 5
    assert sum(one.count for one in approvals_for(BASELINE, tier, change, "production").roles) >= 1
    assert "SGN-1" in demanded(tier, change)


@pytest.mark.parametrize("change", CHANGES)
def test_a_higher_risk_tier_demands_at_least_as_much_as_a_lower(change: ChangeClass) -> None:
    for higher, lower in ((1, 2), (2, 3), (3, 4)):
        gates_of = [{BASELINE_GATES[one] for one in demanded(tier, change)} for tier in (higher, lower)]
        assert gates_of[0] >= gates_of[1]
        people = [sum(r.count for r in approvals_for(BASELINE, t, change, "production").roles) for t in (higher, lower)]
        assert people[0] >= people[1]
        assert waiver_days(BASELINE, higher, change) <= waiver_days(BASELINE, lower, change)
        assert blocking_severities(BASELINE, higher, change) >= blocking_severities(BASELINE, lower, change)
        assert oversight_for(BASELINE, higher).ratify_hours <= oversight_for(BASELINE, lower).ratify_hours
        assert oversight_for(BASELINE, higher).review_days <= oversight_for(BASELINE, lower).review_days
        assert retirement_for(BASELINE, higher).quiet_days >= retirement_for(BASELINE, lower).quiet_days


BASELINE_GATES = {one.id: one.gate for one in BASELINE.controls}


@pytest.mark.parametrize("tier", TIERS)
def test_a_correction_demands_at_most_as_much_as_a_new_version(tier: int) -> None:
    assert set(demanded(tier, "correction")) <= set(demanded(tier, "new"))


def test_sections_and_approvers_increase_with_the_risk_tier() -> None:
    sections = next(one for one in BASELINE.controls if one.id == "DOC-1")
    counts = [len(sections.parameters_for(tier, "new")["sections"]) for tier in TIERS]  # type: ignore[arg-type]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 4
    signers = [{r.role.value: r.count for r in approvals_for(BASELINE, t, "new", "production").roles} for t in TIERS]
    assert signers == [{"approver": 2, "owner": 1}, {"approver": 2}, {"approver": 1}, {"owner": 1}]
    assert [approvals_for(BASELINE, tier, "new", "production").validator for tier in TIERS] == [True, True, True, False]
    assert Severity.MEDIUM in blocking_severities(BASELINE, 1, "new")


def test_one_person_approves_outside_production() -> None:
    assert [r.count for r in approvals_for(BASELINE, 1, "new", "staging").roles] == [1]


@pytest.mark.parametrize("stage", ["assess", "approve", "deploy"])
def test_good_evidence_clears_every_stage(stage: str) -> None:
    assert set().union(*judged(stage).values()) == {"passed"}


def test_without_votes_only_the_sign_off_is_not_passed() -> None:
    undecided = judged("deploy", request=None, votes=())
    assert {control for control, found in undecided.items() if found != {"passed"}} == {"SGN-1"}
    assert "SGN-1" not in judged("approve", request=None, votes=())


def test_without_a_validation_the_stage_assess_passes_and_approve_is_unproven() -> None:
    assert set().union(*judged("assess", validations=(), request=None, votes=()).values()) == {"passed"}
    assert judged("approve", validations=())["VAL-2"] == {"unproven"}


GAPS = {"a gap of .107 fails": (0.811, {"failed"}), "a gap of .054 passes": (0.758, {"passed"})}


@pytest.mark.parametrize("case", GAPS)
def test_generalisation_gap_of_the_baseline(case: str) -> None:
    value, outcome = GAPS[case]
    metrics = (
        rows.metric(data="training", value=value),
        *(one for one in rows.evidence().metrics if one.dataset != "training"),
    )
    assert judged("assess", metrics=metrics)["GAP-1"] == outcome


def test_a_retrain_that_is_better_in_brier_and_unproven_in_auc_needs_one_waiver() -> None:
    champion = rows.version(key=f"{rows.MODEL}/versions/1", number=1)
    comparisons = (rows.comparison(low=-0.039, high=0.019), rows.comparison("brier", low=0.006, high=0.014))
    found = judged("assess", champion=champion, comparisons=comparisons)
    assert (found["CMP-1"], found["CMP-2"]) == ({"unproven"}, {"passed"})
    whole = rows.evidence(champion=champion, comparisons=comparisons, waivers=(rows.waiver(),))
    assert all(one.cleared for one in judge([(BASELINE, "enforce")], "deploy", whole, NOW))
