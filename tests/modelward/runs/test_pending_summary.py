"""The summary of what waits: an error while reading the registry is one line, not a failure."""

from __future__ import annotations

import pytest

from data.errors import StoreLockedError
from modelward.runs.pending_summary import pending_summary, show_pending_summary
from tests.world import World

FAULTS: dict[str, tuple[Exception, str]] = {
    "a locked registry": (StoreLockedError("the registry is held by process 7"), "is held by process 7"),
    "an unexpected error": (RecursionError("too deep"), "RecursionError: too deep"),
}


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS)
def test_an_error_is_printed_as_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception, words: str
) -> None:
    def raises(*_: object) -> None:
        raise fault

    monkeypatch.setattr("modelward.runs.pending_summary.waiting_now", raises)
    show_pending_summary(pending_summary())
    assert words in capsys.readouterr().err


def test_an_open_request_is_printed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.requested()
    show_pending_summary(pending_summary())
    assert "ops/delay/1#1" in capsys.readouterr().out
