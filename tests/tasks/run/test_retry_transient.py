"""A transient error is retried, raised when patience ends, and any other error is raised at once."""

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


def test_retries_have_growing_pauses(pauses: list[float]) -> None:
    assert after(*[LOCKED] * 5, OSError("input/output error"), *[LOCKED] * 3) == "done"
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


@pytest.mark.parametrize("other", [ProofError("wrong"), NestedTransactionError("a mistake of ours")])
def test_an_error_that_is_not_transient_is_raised_at_once(other: Exception, pauses: list[float]) -> None:
    with pytest.raises(type(other)):
        after(other)
    assert pauses == []


def test_the_last_error_is_raised_when_patience_ends(pauses: list[float]) -> None:
    def act() -> str:
        raise LOCKED

    with pytest.raises(StoreLockedError):
        retry_transient(act, timedelta(seconds=0.5))
    assert pauses == []
