"""Who could sign each request that waits, by name: what turns "1 × approver" into somebody to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from data.records.approval import ApprovalRequest
from data.registry.eligible_approvers import eligible_approvers
from data.registry.state import State

MOST_NAMED = 50
"""Of the requests that wait, so many that run out soonest are named; finding everybody for each takes its time."""


def eligible_signers(state: State, requests: Iterable[ApprovalRequest], now: datetime) -> Mapping[str, tuple[str, ...]]:
    """The printed names of those who could sign now, by the request's key."""
    pending = sorted((one for one in requests if one.state == "pending"), key=lambda one: one.expires_at)
    return {one.key: _names(state, one, now) for one in pending[:MOST_NAMED]}


def _names(state: State, request: ApprovalRequest, now: datetime) -> tuple[str, ...]:
    told = [f"{one.name} ({one.person})" if one.name else one.person for one in eligible_approvers(state, request, now)]
    return tuple(dict.fromkeys(told))
