"""Choose the version of a rollback: the last one served in the slot to which there is no objection.

A version is valid when it served in the same slot, its approval for that environment and use has not expired, it was
never rolled back or suspended, no open incident blocks it, and its artifact is available.
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
"""Returns the reason why the artifact of a version is not available; an empty text when it is."""


@dataclass(frozen=True)
class RollbackTarget:
    """The chosen version with its last deployment in the slot, and every version not chosen with the reason.

    `version` and `deployment` are None when no version is valid.
    """

    version: Version | None
    deployment: Deployment | None
    passed_over: tuple[dict[str, str], ...]


def choose_rollback(
    state: State, model: str, environment: str, slot: str, now: datetime, missing: Missing = lambda version: ""
) -> RollbackTarget:
    """Return the last version of a slot, other than the present one, that is still valid; possibly none.

    `missing` returns the reason why a version's artifact is not available, or an empty text. Newer versions that never
    served in the slot are listed among those not chosen.
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
    return RollbackTarget(found, chosen, tuple(passed))


def objections(state: State, deployment: Deployment, current: Deployment | None, now: datetime) -> list[str]:
    """Return every reason in the registry against serving the version of a former deployment again."""
    version = state.need(Version, deployment.version)
    request = state.get(ApprovalRequest, deployment.request) if deployment.request else None
    checks = {
        why_not_approved(version, now): True,
        "its approval for this environment and use is missing or has expired": not _approved(request, current, now),
        "it was rolled back or suspended before": _left_for_cause(state, version.key),
        "an open incident blocks it": blocked(state, version.key),
    }
    return [reason for reason, holds in checks.items() if holds and reason]


def why_not_approved(version: Version, now: datetime) -> str:
    """Return the reason why a version has no valid approval now; an empty text when its approval is valid."""
    if version.review_state is not ReviewState.APPROVED:
        because = f" ({version.state_reason})" if version.state_reason else ""
        return f"it is {version.review_state}, not approved{because}"
    if version.valid_until is None or version.valid_until <= now:
        return "its approval has expired"
    return ""


def blocked(state: State, version: str) -> bool:
    """Return True if an unresolved incident blocks this version."""
    return any(one.blocking and one.state != "resolved" for one in state.find(Incident, version=version))


def serving_or_last(state: State, model: str, environment: str, slot: str) -> Deployment | None:
    """Return the deployment that serves in a slot, else the last one that served there; None if there was none."""
    row = state.get(Slot, slot_key(model, environment, slot))
    if row is not None and row.deployment is not None:
        return state.need(Deployment, row.deployment)
    found = state.find(Deployment, model=model, environment=environment, slot=slot)
    return found[-1] if found else None


def last_served(state: State, model: str, environment: str, slot: str, version: str) -> Deployment | None:
    """Return the last deployment of a version in a slot, or None."""
    found = state.find(Deployment, model=model, environment=environment, slot=slot, version=version)
    return found[-1] if found else None


def _served(state: State, model: str, environment: str, slot: str, without: str) -> list[Deployment]:
    """Return the last deployment of each version but `without` in a slot, the latest deployment first."""
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
