"""Define the legal state changes of versions, deployments, retirements and alerts, and check a change against them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from data.errors import IllegalMoveError
from data.records.deployment import DeploymentState
from data.records.version import ReviewState

AlertLifecycleState = Literal["open", "acknowledged", "snoozed", "dismissed", "confirmed", "ended"]

REVIEW_MOVES: Mapping[ReviewState, frozenset[ReviewState]] = {
    ReviewState.REGISTERED: frozenset({ReviewState.ASSESSED, ReviewState.REJECTED, ReviewState.RETIRED}),
    ReviewState.ASSESSED: frozenset(
        {ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.APPROVED, ReviewState.REJECTED, ReviewState.RETIRED}
    ),
    ReviewState.VALIDATED: frozenset(
        {ReviewState.VALIDATED, ReviewState.ASSESSED, ReviewState.APPROVED, ReviewState.REJECTED, ReviewState.RETIRED}
    ),
    ReviewState.APPROVED: frozenset(
        {ReviewState.APPROVED, ReviewState.EXPIRED, ReviewState.REVOKED, ReviewState.RETIRED}
    ),
    ReviewState.REJECTED: frozenset({ReviewState.RETIRED}),
    # Expired and revoked versions go back through judgement; no direct move leads to approved.
    ReviewState.EXPIRED: frozenset({ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.RETIRED}),
    ReviewState.REVOKED: frozenset({ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.RETIRED}),
    ReviewState.RETIRED: frozenset(),
}

DEPLOYMENT_MOVES: Mapping[DeploymentState, frozenset[DeploymentState]] = {
    "deployed": frozenset({"superseded", "rolled_back", "suspended", "ended"}),
    # A rollback puts the version in service by a new deployment, so the former deployment never changes again.
    "superseded": frozenset(),
    "rolled_back": frozenset(),
    "suspended": frozenset({"ended"}),
    "ended": frozenset(),
}

RetirementState = Literal["opened", "noticed", "planned", "approved", "sunset", "quiet", "withdrawn", "archived"]

RETIREMENT_MOVES: Mapping[RetirementState, frozenset[RetirementState]] = {
    "opened": frozenset({"noticed", "planned"}),
    "noticed": frozenset({"noticed", "planned"}),
    # Only a version that never served goes from planned to withdrawn; the rule of the withdrawal checks it.
    "planned": frozenset({"planned", "noticed", "approved", "withdrawn"}),
    "approved": frozenset({"sunset"}),
    "sunset": frozenset({"sunset", "quiet"}),
    "quiet": frozenset({"quiet", "sunset", "withdrawn"}),
    "withdrawn": frozenset({"archived"}),
    "archived": frozenset(),
}

ALERT_ANSWERS: Mapping[str, AlertLifecycleState] = {
    "acknowledge": "acknowledged",
    "snooze": "snoozed",
    "dismiss": "dismissed",
    "confirm": "confirmed",
}

ALERT_MOVES: Mapping[AlertLifecycleState, frozenset[AlertLifecycleState]] = {
    "open": frozenset({"acknowledged", "snoozed", "dismissed", "confirmed"}),
    "acknowledged": frozenset({"snoozed", "dismissed", "confirmed"}),
    "snoozed": frozenset({"acknowledged", "snoozed", "dismissed", "confirmed"}),
    "dismissed": frozenset({"confirmed"}),
    "confirmed": frozenset(),
    "ended": frozenset(),
}
"""The states that a person's answer may give to an alert. Only monitoring reopens or ends an alert."""


def check_review_move(subject: str, now: ReviewState, to: ReviewState) -> None:
    """Raise IllegalMoveError, which lists the allowed states, unless a version may go from `now` to `to`."""
    allowed = REVIEW_MOVES[now]
    if to not in allowed:
        raise IllegalMoveError(f"{subject} is {now}; it cannot become {to} (allowed: {_listed(allowed)})")


def check_deployment_move(subject: str, now: DeploymentState, to: DeploymentState) -> None:
    """Raise IllegalMoveError unless a deployment may go from `now` to `to`; a rollback starts a new deployment."""
    allowed = DEPLOYMENT_MOVES[now]
    if to not in allowed:
        raise IllegalMoveError(
            f"{subject} is {now}; it cannot become {to} (allowed: {_listed(allowed)})",
            "run `modelward show MODEL` to see what serves now",
        )


def check_retirement_move(subject: str, now: RetirementState, to: RetirementState) -> None:
    """Raise IllegalMoveError unless a retirement may go from `now` to `to`."""
    allowed = RETIREMENT_MOVES[now]
    if to not in allowed:
        remedy = (
            "run `modelward retire`, which takes the next step" if allowed else "leave it: the retirement has ended"
        )
        raise IllegalMoveError(f"{subject} is {now}; it cannot become {to} (allowed: {_listed(allowed)})", remedy)


def check_alert_answer(subject: str, now: AlertLifecycleState, answer: str) -> None:
    """Raise IllegalMoveError unless an alert in state `now` may get this answer."""
    allowed = ALERT_MOVES[now]
    if ALERT_ANSWERS[answer] not in allowed:
        raise IllegalMoveError(
            f"{subject} is {now}; it cannot become {ALERT_ANSWERS[answer]} (allowed: {_listed(allowed)})",
            "choose an allowed answer" if allowed else "leave it: only monitoring changes an alert in this state",
        )


def _listed(states: frozenset[Any]) -> str:
    return ", ".join(sorted(states)) or "nothing"
