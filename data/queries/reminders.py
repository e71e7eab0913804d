"""Reads the subjects of reminders other than open decisions: late findings and reviews, expiring approvals,
deputies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.approval import ApprovalRequest
from data.records.deployment import Slot
from data.records.model import Model
from data.records.person import RoleGrant
from data.records.review import Finding, Review
from data.records.version import ReviewState, Version
from data.registry.purposes import RELEASE
from data.registry.registry import Registry
from data.registry.rules.emergency import release_of
from data.registry.state import State

UNANSWERED = ("open", "disputed")


@dataclass(frozen=True)
class OwnedReview:
    """An open review and the owner of its model."""

    review: Review
    owner: str


@dataclass(frozen=True)
class OwnedVersion:
    """An approved version in a slot and the owner of its model."""

    version: Version
    owner: str


@dataclass(frozen=True)
class RatifiedRelease:
    """The ratified request of an emergency release that still serves, and the owner of its model."""

    request: ApprovalRequest
    owner: str


@dataclass(frozen=True)
class ReminderFacts:
    """The rows about which reminders are written, each list by key."""

    late_findings: tuple[Finding, ...]
    open_reviews: tuple[OwnedReview, ...]
    serving: tuple[OwnedVersion, ...]
    releases: tuple[RatifiedRelease, ...]
    deputies: tuple[RoleGrant, ...]


def reminder_facts(registry: Registry, now: datetime) -> ReminderFacts:
    """Return everything for which a reminder may be due at `now`, in one snapshot. Raises StoreError."""
    with registry.reading() as state:
        findings = [one for one in state.among(Finding, "state", UNANSWERED) if one.due_at <= now]
        reviews = state.find(Review, state="open")
        serving = state.among(Version, "key", [one.version for one in state.find(Slot) if one.version])
        approved = [one for one in serving if one.review_state is ReviewState.APPROVED]
        releases = _live_releases(state)
        concerned = {
            *(one.model for one in reviews),
            *(one.model for one in approved),
            *(model for _, model in releases),
        }
        owners = {one.key: one.owner for one in state.among(Model, "key", concerned)}
        return ReminderFacts(
            late_findings=tuple(findings),
            open_reviews=tuple(OwnedReview(one, owners[one.model]) for one in reviews),
            serving=tuple(OwnedVersion(one, owners[one.model]) for one in approved),
            releases=tuple(RatifiedRelease(one, owners[model]) for one, model in releases),
            deputies=tuple(one for one in state.find(RoleGrant) if one.deputy_of and one.to_at is not None),
        )


def _live_releases(state: State) -> list[tuple[ApprovalRequest, str]]:
    """Return the ratified requests whose emergency release still serves, each with the key of its model."""
    ratified = state.find(ApprovalRequest, purpose=RELEASE.name, state="approved")
    found = [(one, release_of(state, one.key)) for one in ratified]
    return [(one, live.model) for one, live in found if live is not None and live.state == "deployed"]
