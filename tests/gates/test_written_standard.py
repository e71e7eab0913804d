"""The fields of the file of a standard are checked."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gates.written_standard import WrittenStandard
from tests.gates.standards import WRITTEN


def test_a_complete_standard_is_accepted() -> None:
    assert WrittenStandard.model_validate(WRITTEN).id == "small"


@pytest.mark.parametrize("empty", [{part: []} for part in ("controls", "approvals", "oversight", "retirement")])
def test_a_standard_with_an_empty_part_is_refused(empty: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WrittenStandard.model_validate({**WRITTEN, **empty})


@pytest.mark.parametrize("wrong", [{"id": "Small Standard"}, {"version": 0}, {"title": ""}])
def test_a_bad_id_version_or_title_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WrittenStandard.model_validate({**WRITTEN, **wrong})
