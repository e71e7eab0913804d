"""An emergency release: what the command does not even take, and what it is about."""

from __future__ import annotations

import pytest

from data.registry.commands.emergency import ReleaseInEmergency
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[str, object]] = {
    "without a reason": ("reason", ""),
    "without a use": ("use", ""),
    "without an end": ("until", None),
    "by nobody in particular": ("release_roles", ()),
    "that nobody has to ratify": ("required", ()),
    "that stands for no time": ("standing_days", 0),
    "in a slot nobody knows": ("slot", "canary"),
    "without a proof": ("proof", None),
}


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to_a_release(case: tuple[str, object]) -> None:
    assert is_refused(ReleaseInEmergency, *case)
