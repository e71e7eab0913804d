"""Reads which signatures each pending request still needs, and who could give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.records.approval import ApprovalRequest, Vote
from data.records.person import Person, Role
from data.registry.approvals import unsigned_roles, votes_that_count
from data.registry.eligible_approvers import eligible_approvers
from data.registry.state import State

MOST_NAMED = 50
"""People are listed for at most so many requests, those that expire first, because each takes several reads."""


@dataclass(frozen=True)
class PendingSignatures:
    """The number of signatures that a pending request needs, by role.

    `eligible` are the names of the people who could sign now; None if they were not determined.
    """

    missing: Mapping[Role, int]
    eligible: tuple[str, ...] | None = None


def pending_signatures(
    state: State, requests: Iterable[ApprovalRequest], votes: Sequence[Vote], people: Iterable[Person], now: datetime
) -> Mapping[str, PendingSignatures]:
    """Return the signatures needed by each pending request, by its key.

    `votes` and `people` must be the rows of the same snapshot.
    """
    pending = sorted((one for one in requests if one.state == "pending"), key=lambda one: one.expires_at)
    gone = {one.person for one in people if one.state != "active"}
    return {
        request.key: PendingSignatures(
            unsigned_roles(request.required, votes_that_count(request, votes, gone)),
            _names(state, request, now) if place < MOST_NAMED else None,
        )
        for place, request in enumerate(pending)
    }


def _names(state: State, request: ApprovalRequest, now: datetime) -> tuple[str, ...]:
    named = [
        f"{one.name} ({one.person})" if one.name else one.person for one in eligible_approvers(state, request, now)
    ]
    return tuple(dict.fromkeys(named))
