"""A control: the cases it applies to, and its parameters."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gates.control import Control


def control(**changes: Any) -> Control:
    defaults = {
        "id": "TST-1",
        "title": "tested",
        "source": "SR 11-7 §IV.1",
        "authority": "house policy",
        "rationale": "because",
        "gate": "testing",
        "stages": ["assess", "approve"],
    }
    return Control.model_validate({**defaults, **changes})


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "a control without restrictions applies": ({}, True),
    "a control for another tier does not apply": ({"tiers": [1]}, False),
    "a control for another change does not apply": ({"changes": ["correction"]}, False),
    "a control for another stage does not apply": ({"stages": ["deploy"]}, False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_control_applies_by_tier_change_and_stage(case: str) -> None:
    changes, fits = CASES[case]
    assert control(**changes).fits(2, "new", "assess") is fits


def test_parameters_depend_on_tier_and_change_and_the_last_entry_wins() -> None:
    scaled = [
        {"tiers": [1, 2], "parameters": {"minimum_kinds": 3}},
        {"tiers": [1], "changes": ["new"], "parameters": {"minimum_kinds": 4, "kinds": ["stress"]}},
    ]
    found = control(parameters={"minimum_kinds": 2}, scaled=scaled)
    assert found.parameters_for(3, "new") == {"minimum_kinds": 2}
    assert found.parameters_for(1, "material") == {"minimum_kinds": 3}
    assert found.parameters_for(1, "new") == {"minimum_kinds": 4, "kinds": ["stress"]}
    assert found.parameters == {"minimum_kinds": 2}


@pytest.mark.parametrize(
    "wrong", [{"id": "tst-1"}, {"id": "TST"}, {"stages": []}, {"stages": ["never"]}, {"source": ""}]
)
def test_a_control_with_a_bad_id_or_without_stages_or_source_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        control(**wrong)
