"""A transient error is retried, a lasting one is raised when patience ends, and any other one at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import NestedTransactionError, ProofError, StoreLockedError
from tasks.run import retry_transient as module
from tasks.run.retry_transient import retry_transient

LOCKED = StoreLockedError("the registry is held by process 7")


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    return slept


def after(*troubles: Exception) -> object:
    left = list(troubles)

    def act() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return retry_transient(act, timedelta(days=1))


def test_it_is_tried_again_ever_more_seldom_until_it_has_passed(pauses: list[float]) -> None:
    assert after(*[LOCKED] * 5, OSError("input/output error"), *[LOCKED] * 3) == "done"
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


@pytest.mark.parametrize("other", [ProofError("wrong"), NestedTransactionError("a mistake of ours")])
def test_what_does_not_pass_is_raised_at_once(other: Exception, pauses: list[float]) -> None:
    with pytest.raises(type(other)):
        after(other)
    assert pauses == []


def test_with_the_patience_ends_the_waiting(pauses: list[float]) -> None:
    def act() -> str:
        raise LOCKED

    with pytest.raises(StoreLockedError):
        retry_transient(act, timedelta(seconds=0.5))
    assert pauses == []
