"""Which earlier version may serve again: the newest one without an objection, with the objections to the others.

Valid for a return are versions that served in the same slot, approved and unexpired for that environment and use,
never rolled back or suspended for cause, without an open blocking incident, and with their bytes at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Slot
from data.records.monitoring import Incident
from data.records.names import slot_key
from data.records.version import ReviewState, Version
from data.registry.state import State

Missing = Callable[[Version], str]


@dataclass(frozen=True)
class Return:
    """The version to return to with the deployment it served under, and every version passed over with the reason."""

    version: Version | None
    deployment: Deployment | None
    passed_over: tuple[dict[str, str], ...]


def choose_return(
    state: State, model: str, environment: str, slot: str, now: datetime, missing: Missing = lambda version: ""
) -> Return:
    """The version that served last in this slot and is still valid, or none.

    `missing` says why a version's bytes cannot be had (empty when they can). Versions newer than the choice that
    never served here are named as passed over too.
    """
    current = serving_or_last(state, model, environment, slot)
    left = current.version if current is not None else ""
    passed: list[dict[str, str]] = []
    chosen: Deployment | None = None
    for deployment in _served(state, model, environment, slot, left):
        version = state.need(Version, deployment.version)
        reasons = [*objections(state, deployment, current, now), *filter(None, [missing(version)])]
        if not reasons:
            chosen = deployment
            break
        passed.append({"version": version.key, "reason": "; ".join(reasons)})
    named = {one["version"] for one in passed} | {left, chosen.version if chosen is not None else ""}
    found = state.get(Version, chosen.version) if chosen is not None else None
    for version in reversed(state.find(Version, model=model)):
        newer = found is None or version.number > found.number
        if newer and version.key not in named:
            passed.append({"version": version.key, "reason": f"never served as {environment} {slot}"})
    return Return(found, chosen, tuple(passed))


def objections(state: State, deployment: Deployment, current: Deployment | None, now: datetime) -> list[str]:
    """Every objection in the registry to serving a former deployment's version again."""
    version = state.need(Version, deployment.version)
    request = state.get(ApprovalRequest, deployment.request) if deployment.request else None
    checks = {
        standing(version, now): True,
        "its approval for this environment and use is missing or ran out": not _approved(request, current, now),
        "it was rolled back or suspended before": _left_for_cause(state, version.key),
        "an incident that blocks it is open": blocked(state, version.key),
    }
    return [reason for reason, holds in checks.items() if holds and reason]


def standing(version: Version, now: datetime) -> str:
    """Why a version's approval does not stand now; empty when it does."""
    if version.review_state is not ReviewState.APPROVED:
        because = f" ({version.state_reason})" if version.state_reason else ""
        return f"it is {version.review_state}, not approved{because}"
    if version.valid_until is None or version.valid_until <= now:
        return "its approval ran out"
    return ""


def blocked(state: State, version: str) -> bool:
    """Whether an incident that blocks this version is unresolved."""
    return any(one.blocking and one.state != "resolved" for one in state.find(Incident, version=version))


def serving_or_last(state: State, model: str, environment: str, slot: str) -> Deployment | None:
    """The deployment that serves in a slot, or the last one that did."""
    row = state.get(Slot, slot_key(model, environment, slot))
    if row is not None and row.deployment is not None:
        return state.need(Deployment, row.deployment)
    found = state.find(Deployment, model=model, environment=environment, slot=slot)
    return found[-1] if found else None


def last_served(state: State, model: str, environment: str, slot: str, version: str) -> Deployment | None:
    """The last deployment of a version in a slot."""
    found = state.find(Deployment, model=model, environment=environment, slot=slot, version=version)
    return found[-1] if found else None


def _served(state: State, model: str, environment: str, slot: str, without: str) -> list[Deployment]:
    """The last deployment of each other version in a slot, the one that served last first."""
    found = state.find(Deployment, model=model, environment=environment, slot=slot)
    last = {one.version: one for one in found if one.version != without}
    return sorted(last.values(), key=lambda one: int(one.key.rsplit("/", 1)[1]), reverse=True)


def _approved(request: ApprovalRequest | None, current: Deployment | None, now: datetime) -> bool:
    if request is None or current is None or request.state != "approved" or request.valid_until is None:
        return False
    same = (request.environment, request.use) == (current.environment, current.use)
    return same and request.valid_until > now


def _left_for_cause(state: State, version: str) -> bool:
    return any(one.state in ("rolled_back", "suspended") for one in state.find(Deployment, version=version))
