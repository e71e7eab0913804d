"""The legal changes of state of versions, deployments, retirements and alerts, and the checks of a change."""

from __future__ import annotations

from collections.abc import Mapping

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.rows import Values

Moves = Mapping[str, frozenset[str]]


def _moves(**allowed: str) -> Moves:
    return {now: frozenset(after.split()) for now, after in allowed.items()}


REVIEW = _moves(
    registered="assessed rejected retired",
    assessed="assessed validated approved rejected retired",
    validated="validated assessed approved rejected retired",
    approved="approved expired revoked retired",
    rejected="retired",
    expired="assessed validated retired",
    revoked="assessed validated retired",
    retired="",
)
DEPLOYMENT = _moves(
    deployed="superseded rolled_back suspended ended", superseded="", rolled_back="", suspended="ended", ended=""
)
RETIREMENT = _moves(
    opened="noticed planned",
    noticed="noticed planned",
    planned="planned noticed approved withdrawn",
    approved="sunset",
    sunset="sunset quiet",
    quiet="quiet sunset withdrawn",
    withdrawn="archived",
    archived="",
)
ALERT = _moves(
    open="acknowledged snoozed dismissed confirmed",
    acknowledged="snoozed dismissed confirmed",
    snoozed="acknowledged snoozed dismissed confirmed",
    dismissed="confirmed",
    confirmed="",
    ended="",
)


def require_move(case: Case, moves: Moves, key: str, now: str, to: str) -> None:
    """Raise ImpossibleEventError unless the object under `key` may go from state `now` to state `to`."""
    case.require(to in moves.get(now, frozenset()), f"{key} was {now} and cannot become {to}")


def require_review_move(case: Case, version: Values, to: str, reason: str = "") -> Values:
    """Check that the event moves a version to a review state, with this reason; return the version afterwards."""
    after = case.change("version", version["key"])
    require_move(case, REVIEW, version["key"], version["review_state"], to)
    case.require_values(after, review_state=to, state_reason=reason)
    return after
