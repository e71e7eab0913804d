"""What is wrong with a standard as a whole is said with file, line and fix."""

from __future__ import annotations

import re
from typing import Any

import pytest

from data.errors import StandardError
from gates.standard import load_standard
from tests.gates.standards import WRITTEN, control, text

RULE: dict[str, Any] = WRITTEN["approvals"][0]
WATCH: dict[str, Any] = WRITTEN["oversight"][0]
END: dict[str, Any] = WRITTEN["retirement"][0]
HASTE: dict[str, Any] = {
    "release_roles": ["operator"],
    "ratify_hours": 24,
    "ratify_roles": {"approver": 1},
    "standing_days": 14,
    "rationale": "said",
}
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown gate": (
        {"controls": [control(gate="vibes")]},
        '"gate"',
        "there is no gate 'vibes' → write one of champion",
    ),
    "an unknown parameter": (
        {"controls": [control(parameters={"minimum_kinds": 2, "colour": 1})]},
        '"colour"',
        "the gate testing has no parameter 'colour' → it has minimum_kinds, kinds",
    ),
    "an unknown parameter of a gate without any of its own": (
        {"controls": [control(gate="validation", parameters={"colour": 1})]},
        '"colour"',
        "it has minimum_words",
    ),
    "an unknown parameter among the scaled ones": (
        {"controls": [control(scaled=[{"tiers": [1], "parameters": {"colour": 1}}])]},
        '"colour"',
        "no parameter 'colour'",
    ),
    "a parameter of a wrong value": (
        {"controls": [control(parameters={"minimum_kinds": 0})]},
        '"minimum_kinds"',
        "minimum_kinds: input should be greater than or equal to 1 → write a value that fits",
    ),
    "a scaled parameter of a wrong value": (
        {"controls": [control(parameters={"minimum_kinds": 2}, scaled=[{"parameters": {"minimum_kinds": -7}}])]},
        '"minimum_kinds": -7',
        "minimum_kinds: input should be greater",
    ),
    "a parameter that is needed and missing": (
        {"controls": [control(gate="generalisation_gap")]},
        "{",
        "the gate generalisation_gap needs the parameter limit → add it",
    ),
    "approval rules as a parameter": (
        {"controls": [control(gate="sign_off", parameters={"approvals": []})]},
        '"approvals": []',
        "approvals are not a parameter → write them under `approvals:`",
    ),
    "an emergency in which nothing is demanded": (
        {"emergency": [HASTE]},
        "{",
        "nothing is demanded of an emergency release of tier 1",
    ),
    "a rule on emergencies that is never reached": (
        {"emergency": [HASTE, {**HASTE, "tiers": [2]}], "controls": [control(stages=["assess", "emergency"])]},
        "{",
        "earlier rules fit every case",
    ),
    "one id twice": ({"controls": [control(), control(title="again")]}, '"id"', "TST-1 is there twice"),
    "everything switched off": ({"controls": [control(enabled=False)]}, '"controls"', "every control is switched off"),
    "a case that nobody approves": (
        {"approvals": [{**RULE, "environments": ["production"]}]},
        '"approvals"',
        "nobody approves a new change of tier 1 in any other environment → add a rule",
    ),
    "an approval rule that never counts": (
        {"approvals": [RULE, {**RULE, "roles": {"owner": 4}}]},
        "{",
        "earlier rules fit every case of this one → move it up",
    ),
    "a tier that nobody oversees": (
        {"oversight": [{**WATCH, "tiers": [1, 2, 3]}]},
        '"oversight"',
        "oversight says nothing for tier 4",
    ),
    "a tier without a way to retire": ({"retirement": [{**END, "tiers": [4]}]}, '"retirement"', "nothing for tier 1"),
    "a rule of oversight that never counts": ({"oversight": [WATCH, WATCH]}, "{", "earlier rules fit every case"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_standard_with(case: str) -> None:
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


def test_all_faults_are_said_at_once_and_each_once() -> None:
    with pytest.raises(StandardError) as refused:
        load_standard(text(controls=[control(gate="vibes"), control(parameters={"colour": 1})]), "small.yaml")
    lines = refused.value.what.splitlines()
    assert len(lines) == len(set(lines)) == 3
    assert "put what is named in small.yaml right" in refused.value.remedy


def test_rules_by_environment_may_leave_the_rest_to_a_later_one() -> None:
    found = load_standard(text(approvals=[{**RULE, "environments": ["production"], "roles": {"owner": 2}}, RULE]))
    assert len(found.approvals) == 2
