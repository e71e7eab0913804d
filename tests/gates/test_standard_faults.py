"""Faults of a standard across fields are reported with file, line and remedy."""

from __future__ import annotations

import re
from typing import Any

import pytest

from data.errors import StandardError
from gates.standard import load_standard
from tests.gates.standards import WRITTEN, control, text

RULE: dict[str, Any] = WRITTEN["approvals"][0]
OVERSIGHT: dict[str, Any] = WRITTEN["oversight"][0]
RETIREMENT: dict[str, Any] = WRITTEN["retirement"][0]
EMERGENCY: dict[str, Any] = {
    "release_roles": ["operator"],
    "ratify_hours": 24,
    "ratify_roles": {"approver": 1},
    "standing_days": 14,
    "rationale": "because",
}
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown gate": (
        {"controls": [control(gate="vibes")]},
        '"gate"',
        "there is no gate 'vibes' → choose from: champion",
    ),
    "an unknown parameter": (
        {"controls": [control(parameters={"minimum_kinds": 2, "colour": 1})]},
        '"colour"',
        "the gate testing has no parameter 'colour' → choose from: minimum_kinds, kinds",
    ),
    "an unknown parameter of another gate": (
        {"controls": [control(gate="validation", parameters={"colour": 1})]},
        '"colour"',
        "choose from: minimum_words",
    ),
    "an unknown parameter among the scaled ones": (
        {"controls": [control(scaled=[{"tiers": [1], "parameters": {"colour": 1}}])]},
        '"colour"',
        "no parameter 'colour'",
    ),
    "a parameter of a wrong value": (
        {"controls": [control(parameters={"minimum_kinds": 0})]},
        '"minimum_kinds"',
        "minimum_kinds: input should be greater than or equal to 1 → correct the value",
    ),
    "a scaled parameter of a wrong value": (
        {"controls": [control(parameters={"minimum_kinds": 2}, scaled=[{"parameters": {"minimum_kinds": -7}}])]},
        '"minimum_kinds": -7',
        "minimum_kinds: input should be greater",
    ),
    "a missing parameter": (
        {"controls": [control(gate="generalisation_gap")]},
        "{",
        "the gate generalisation_gap needs the parameter limit → add it",
    ),
    "approval rules as a parameter": (
        {"controls": [control(gate="sign_off", parameters={"approvals": []})]},
        '"approvals": []',
        "a control cannot set `approvals` → move the rules to `approvals:`",
    ),
    "an emergency rule without a control": (
        {"emergency": [EMERGENCY]},
        "{",
        "no control applies to an emergency release of tier 1",
    ),
    "an emergency rule that never applies": (
        {"emergency": [EMERGENCY, {**EMERGENCY, "tiers": [2]}], "controls": [control(stages=["assess", "emergency"])]},
        "{",
        "earlier rules already apply to every case",
    ),
    "a duplicate id": ({"controls": [control(), control(title="again")]}, '"id"', "the id TST-1 occurs twice"),
    "only disabled controls": ({"controls": [control(enabled=False)]}, '"controls"', "every control is disabled"),
    "a case without an approval rule": (
        {"approvals": [{**RULE, "environments": ["production"]}]},
        '"approvals"',
        "no rule says who approves a new change of tier 1 in any other environment → add a rule",
    ),
    "an approval rule that never applies": (
        {"approvals": [RULE, {**RULE, "roles": {"owner": 4}}]},
        "{",
        "earlier rules already apply to every case of this rule → move it up",
    ),
    "a tier without an oversight rule": (
        {"oversight": [{**OVERSIGHT, "tiers": [1, 2, 3]}]},
        '"oversight"',
        "oversight has no rule for tier 4",
    ),
    "a tier without a retirement rule": (
        {"retirement": [{**RETIREMENT, "tiers": [4]}]},
        '"retirement"',
        "retirement has no rule for tier 1",
    ),
    "an oversight rule that never applies": (
        {"oversight": [OVERSIGHT, OVERSIGHT]},
        "{",
        "earlier rules already apply to every case",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_standard_is_refused_with(case: str) -> None:
    changes, place, what = CASES[case]
    written = text(**changes)
    with pytest.raises(StandardError) as refused:
        load_standard(written, "small.yaml")
    lines = [line for line in refused.value.what.splitlines() if what in line]
    assert lines, refused.value.what
    found = re.match(r"small\.yaml:(\d+): ", lines[0])
    assert found, lines[0]
    assert place in written.splitlines()[int(found[1]) - 1]
    assert "→" in lines[0]


def test_every_fault_is_reported_once() -> None:
    with pytest.raises(StandardError) as refused:
        load_standard(text(controls=[control(gate="vibes"), control(parameters={"colour": 1})]), "small.yaml")
    lines = refused.value.what.splitlines()
    assert len(lines) == len(set(lines)) == 3
    assert "correct these faults in small.yaml" in refused.value.remedy


def test_a_later_rule_may_cover_the_other_environments() -> None:
    found = load_standard(text(approvals=[{**RULE, "environments": ["production"], "roles": {"owner": 2}}, RULE]))
    assert len(found.approvals) == 2
