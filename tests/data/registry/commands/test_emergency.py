"""The command for an emergency release rejects wrong fields."""

from __future__ import annotations

import pytest

from data.registry.commands.emergency import ReleaseInEmergency
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[str, object]] = {
    "without a reason": ("reason", ""),
    "without a use": ("use", ""),
    "without an end": ("until", None),
    "without release roles": ("release_roles", ()),
    "without required roles": ("required", ()),
    "with no days after ratification": ("standing_days", 0),
    "in a slot that does not exist": ("slot", "canary"),
    "without a proof": ("proof", None),
}


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_release_with_a_wrong_field_is_rejected(case: tuple[str, object]) -> None:
    assert is_refused(ReleaseInEmergency, *case)
