"""A standard as typed holds all its parts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gates.written_standard import WrittenStandard
from tests.gates.standards import WRITTEN


def test_the_parts_of_a_standard() -> None:
    assert WrittenStandard.model_validate(WRITTEN).id == "small"


@pytest.mark.parametrize("empty", [{part: []} for part in ("controls", "approvals", "oversight", "retirement")])
def test_no_part_may_be_empty(empty: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WrittenStandard.model_validate({**WRITTEN, **empty})


@pytest.mark.parametrize("wrong", [{"id": "Small Standard"}, {"version": 0}, {"title": ""}])
def test_its_name_is_a_name_and_its_version_a_version(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WrittenStandard.model_validate({**WRITTEN, **wrong})
