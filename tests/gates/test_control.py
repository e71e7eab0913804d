"""A control: when it is demanded and with which parameters."""

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
    "a control for all fits": ({}, True),
    "one for another tier does not": ({"tiers": [1]}, False),
    "one for another change does not": ({"changes": ["correction"]}, False),
    "one for another stage does not": ({"stages": ["deploy"]}, False),
}


@pytest.mark.parametrize("case", CASES)
def test_fits(case: str) -> None:
    changes, fits = CASES[case]
    assert control(**changes).fits(2, "new", "assess") is fits


def test_parameters_scale_with_tier_and_change_and_the_last_entry_wins() -> None:
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
def test_a_control_without_name_source_or_moment_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        control(**wrong)
