"""What waits, beside other things: whatever keeps the registry from being read is a line."""

from __future__ import annotations

import pytest

from data.errors import StoreLockedError
from modelward.runs.pending_summary import pending_summary, show_pending_summary
from tests.world import World

FAULTS: dict[str, tuple[Exception, str]] = {
    "a registry that is held": (StoreLockedError("the registry is held by process 7"), "is held by process 7"),
    "a fault of our own": (RecursionError("too deep"), "RecursionError: too deep"),
}


@pytest.mark.parametrize(("fault", "said"), FAULTS.values(), ids=FAULTS)
def test_it_says_of(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception, said: str
) -> None:
    def raises(longest: float | None = None) -> None:
        raise fault

    monkeypatch.setattr("modelward.runs.pending_summary.waiting_now", raises)
    show_pending_summary(pending_summary())
    assert said in capsys.readouterr().err


def test_what_waits_is_shown_as_ever(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.requested()
    show_pending_summary(pending_summary())
    assert "ops/delay/1#1" in capsys.readouterr().out
