"""The legal state changes of versions, deployments, retirements and alerts."""

from __future__ import annotations

import pytest

from data.errors import IllegalMoveError
from data.records.version import ReviewState
from data.registry.lifecycle import (
    ALERT_ANSWERS,
    ALERT_MOVES,
    DEPLOYMENT_MOVES,
    RETIREMENT_MOVES,
    REVIEW_MOVES,
    check_alert_answer,
    check_deployment_move,
    check_retirement_move,
    check_review_move,
)

REVIEW = {
    "registered": "assessed rejected retired",
    "assessed": "assessed validated approved rejected retired",
    "validated": "validated assessed approved rejected retired",
    "approved": "approved expired revoked retired",
    "rejected": "retired",
    "expired": "assessed validated retired",
    "revoked": "assessed validated retired",
    "retired": "",
}
DEPLOYMENT = {
    "deployed": "superseded rolled_back suspended ended",
    "superseded": "",
    "rolled_back": "",
    "suspended": "ended",
    "ended": "",
}
RETIREMENT = {
    "opened": "noticed planned",
    "noticed": "noticed planned",
    "planned": "planned noticed approved withdrawn",
    "approved": "sunset",
    "sunset": "sunset quiet",
    "quiet": "quiet sunset withdrawn",
    "withdrawn": "archived",
    "archived": "",
}
ALERT = {
    "open": "acknowledge snooze dismiss confirm",
    "acknowledged": "snooze dismiss confirm",
    "snoozed": "acknowledge snooze dismiss confirm",
    "dismissed": "confirm",
    "confirmed": "",
    "ended": "",
}


@pytest.mark.parametrize("now", REVIEW)
@pytest.mark.parametrize("to", REVIEW)
def test_a_review_move_is_allowed_or_refused(now: str, to: str) -> None:
    if to in REVIEW[now].split():
        check_review_move("ops/delay v1", ReviewState(now), ReviewState(to))
    else:
        with pytest.raises(IllegalMoveError, match=f"ops/delay v1 is {now}; it cannot become {to}"):
            check_review_move("ops/delay v1", ReviewState(now), ReviewState(to))


@pytest.mark.parametrize("now", DEPLOYMENT)
@pytest.mark.parametrize("to", DEPLOYMENT)
def test_a_deployment_move_is_allowed_or_refused(now: str, to: str) -> None:
    if to in DEPLOYMENT[now].split():
        check_deployment_move("d", now, to)  # type: ignore[arg-type]
    else:
        with pytest.raises(IllegalMoveError, match="d is "):
            check_deployment_move("d", now, to)  # type: ignore[arg-type]


@pytest.mark.parametrize("now", RETIREMENT)
@pytest.mark.parametrize("to", RETIREMENT)
def test_a_retirement_move_is_allowed_or_refused(now: str, to: str) -> None:
    if to in RETIREMENT[now].split():
        check_retirement_move("r", now, to)  # type: ignore[arg-type]
    else:
        with pytest.raises(IllegalMoveError, match=f"r is {now}; it cannot become {to}"):
            check_retirement_move("r", now, to)  # type: ignore[arg-type]


@pytest.mark.parametrize("now", ALERT)
@pytest.mark.parametrize("answer", ALERT_ANSWERS)
def test_an_answer_to_an_alert_is_allowed_or_refused(now: str, answer: str) -> None:
    if answer in ALERT[now].split():
        check_alert_answer("a", now, answer)  # type: ignore[arg-type]
    else:
        with pytest.raises(IllegalMoveError, match=f"a is {now}; it cannot become {ALERT_ANSWERS[answer]}"):
            check_alert_answer("a", now, answer)  # type: ignore[arg-type]


def test_every_state_is_in_the_table() -> None:
    assert set(REVIEW_MOVES) == set(ReviewState)
    assert set(DEPLOYMENT_MOVES) == set(DEPLOYMENT)
    assert set(RETIREMENT_MOVES) == set(RETIREMENT)
    assert set(ALERT_MOVES) == set(ALERT)


def test_the_remedy_for_a_retirement_or_alert_depends_on_its_next_steps() -> None:
    with pytest.raises(IllegalMoveError, match="→ run `modelward retire`"):
        check_retirement_move("r", "opened", "withdrawn")
    with pytest.raises(IllegalMoveError, match="→ leave it: the retirement has ended"):
        check_retirement_move("r", "archived", "withdrawn")
    with pytest.raises(IllegalMoveError, match="→ choose an allowed answer"):
        check_alert_answer("a", "dismissed", "snooze")
    with pytest.raises(IllegalMoveError, match="→ leave it: only monitoring"):
        check_alert_answer("a", "ended", "snooze")


def test_the_error_lists_the_allowed_states() -> None:
    with pytest.raises(IllegalMoveError, match=r"\(allowed: retired\)"):
        check_review_move("v", ReviewState.REJECTED, ReviewState.APPROVED)
    with pytest.raises(IllegalMoveError, match=r"\(allowed: nothing\)"):
        check_review_move("v", ReviewState.RETIRED, ReviewState.APPROVED)
