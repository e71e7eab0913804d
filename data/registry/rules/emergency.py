"""Judge emergency releases: a version serves at once, by one person's code, for one use and a limited time.

The release is an approval request on which people vote after the version is published. A version can be released this
way once. A rejected or revoked version cannot be released, and the controls of stage `emergency` must be cleared.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from data.errors import IllegalMoveError, InputError, NotAuthorisedError, RequestClosedError, StaleEvidenceError
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.model import Model
from data.records.monitoring import Incident
from data.records.names import checked_name, short
from data.records.row import Row
from data.records.version import ReviewState, Version
from data.registry.approvals import request_digest
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.emergency import ReleaseInEmergency
from data.registry.evidence import collect_evidence
from data.registry.independence import contributors_of
from data.registry.purposes import RELEASE, purpose_of
from data.registry.redaction import redacted
from data.registry.rollback import blocked
from data.registry.rules.approval import RESTORE, digest_refs, require_valid_waivers
from data.registry.rules.model import active_model
from data.registry.rules.proof import grants_for, prove
from data.registry.rules.version import require_fresh_verdicts
from data.registry.state import State

STAGE = "emergency"
JUDGE_FIRST = "run `modelward validate` and release the version then, or "
RELEASE_AGAIN = "run `modelward release` again"
PUBLISH_OTHERWISE = (
    "release the version again if it was never published; otherwise request approval with `modelward deploy`"
)
LONGEST = timedelta(hours=720)
RELEASABLE = frozenset({ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.APPROVED, ReviewState.EXPIRED})


def release_in_emergency(state: State, command: ReleaseInEmergency, context: Context) -> CommandResult:
    """Open the request under which the release is published and ratified; withdraw earlier, unpublished releases."""
    version = state.need(Version, command.version)
    model = active_model(state, version.model)
    _check_scope(command, model, context)
    require_releasable(state, version)
    former = _require_first(state, version)
    _check_evidence(state, command, version, context)
    _check_role(state, command, model, context)
    proven = prove(state, command.proof, context)
    row = _request(state, command, version, model, proven.actor.id, context)
    taken_back = tuple(one.changed(state="withdrawn", decided_at=context.now) for one in former)
    data = {"emergency": command.reason, "use": command.use, "environment": command.environment, "slot": command.slot}
    rows = (row, *taken_back, *proven.rows)
    return CommandResult(EventType.APPROVAL_REQUESTED, row.key, rows, data, digest_refs(row), proven.actor)


def require_releasable(state: State, version: Version) -> None:
    """Raise IllegalMoveError when the version was never judged, is rejected, revoked or retired, or is blocked."""
    if version.review_state not in RELEASABLE:
        raise IllegalMoveError(
            f"{short(version.key)} is {version.review_state} and cannot be released in an emergency",
            f"{JUDGE_FIRST if version.review_state is ReviewState.REGISTERED else ''}return to an earlier version with "
            "`modelward rollback`, or stop serving with `modelward suspend`",
        )
    if blocked(state, version.key):
        raise IllegalMoveError(
            f"an open incident blocks {short(version.key)}", "resolve the incident, or release another version"
        )


def require_open(request: ApprovalRequest, context: Context) -> None:
    """Raise RequestClosedError unless the request of a release is pending and unexpired."""
    name = short(request.subject)
    if request.state != "pending":
        raise RequestClosedError(f"the emergency release of {name} is {request.state}", PUBLISH_OTHERWISE)
    if request.expires_at <= context.now:
        raise RequestClosedError(
            f"the emergency release of {name} expired at {request.expires_at:%Y-%m-%d %H:%M} UTC", PUBLISH_OTHERWISE
        )


def release_of(state: State, request: str) -> Deployment | None:
    """Return the deployment of a release, in whatever state; None while the version is not published."""
    found = state.find(Deployment, request=request)
    return found[-1] if found else None


def asking_run(state: State, request: ApprovalRequest) -> str:
    """Return the id of the run that asks people to vote on a request; for a release, the run that published it.

    The id is empty for a release that is not published.
    """
    if not purpose_of(request).serves_before_votes:
        return request.run_id
    live = release_of(state, request.key)
    return live.run_id if live is not None else ""


def is_live(state: State, request: str) -> bool:
    """Return True if the version of a release serves now under that release."""
    deployment = release_of(state, request)
    return deployment is not None and deployment.state == "deployed"


def withdraw_ratification(
    state: State, deployment: Deployment, reason: str, context: Context
) -> tuple[ApprovalRequest, ...]:
    """Return the withdrawn ratification request of an emergency release that ends now.

    The result is empty when the deployment is not an emergency release, or when its request is decided.
    """
    request = state.get(ApprovalRequest, deployment.request) if deployment.request else None
    if request is None or not purpose_of(request).serves_before_votes or request.state != "pending":
        return ()
    reason = f"the release has ended, there is nothing to ratify: {reason}"[:4_000]
    return (request.changed(state="withdrawn", decided_at=context.now, reason=reason),)


def require_live(state: State, request: ApprovalRequest) -> Deployment:
    """Return the deployment to be ratified. Raises RequestClosedError when it does not serve yet, or no longer."""
    deployment = release_of(state, request.key)
    if deployment is None or deployment.state != "deployed":
        what, remedy = (
            ("is not published yet", "vote after its run has published it")
            if deployment is None
            else (
                f"was {deployment.state.replace('_', ' ')}",
                "run `modelward show MODEL` to see what serves now; no vote is needed",
            )
        )
        raise RequestClosedError(f"the emergency release of {short(request.subject)} {what}", remedy)
    return deployment


def ratify(state: State, request: ApprovalRequest, people: tuple[str, ...]) -> tuple[Row, ...]:
    """Return the rows that change when `people` ratified a release: its deployment and its acknowledged incidents."""
    deployment = require_live(state, request)
    incidents = [one for one in state.find(Incident, deployment=deployment.key) if one.state == "open"]
    acknowledged = tuple(one.changed(state="acknowledged") for one in incidents)
    return (deployment.changed(ratified_by=", ".join(people)), *acknowledged)


def _check_scope(command: ReleaseInEmergency, model: Model, context: Context) -> None:
    checked_name(command.environment, "environment")
    until = in_utc(command.until)
    if until <= context.now:
        raise InputError("the end of an emergency release must be in the future", "choose a later end")
    if until > context.now + LONGEST:
        raise InputError(
            f"an emergency release lasts at most {LONGEST // timedelta(hours=1)} hours",
            "choose an earlier end, within the limit of the standard",
        )
    if command.use not in model.intended_uses:
        listed = "; ".join(model.intended_uses)
        raise InputError(f"{short(model.key)} is not intended for {command.use!a}", f"choose one of its uses: {listed}")


def _require_first(state: State, version: Version) -> list[ApprovalRequest]:
    """Return the pending releases of the version. Raises IllegalMoveError when a release of it was published before."""
    requests = state.find(ApprovalRequest, subject=version.key, purpose=RELEASE.name)
    if any(release_of(state, one.key) is not None for one in requests):
        raise IllegalMoveError(
            f"{short(version.key)} was released in an emergency before; each version can be released this way once",
            "request its approval with `modelward deploy`",
        )
    return [one for one in requests if one.state == "pending"]


def _check_evidence(state: State, command: ReleaseInEmergency, version: Version, context: Context) -> None:
    recorded = collect_evidence(state, version.key, command.environment, command.use).digest
    verdicts = require_fresh_verdicts(state, version, recorded, (STAGE,), RELEASE_AGAIN)
    judged = (verdicts.key, verdicts.environment, verdicts.standards_digest, verdicts.evidence_digest)
    named = (command.verdict_set, command.environment, command.standards_digest, command.evidence_digest)
    if judged != named:
        raise StaleEvidenceError(
            f"the latest verdict set of {short(version.key)} for an emergency is not the one in the request",
            RELEASE_AGAIN,
        )
    require_valid_waivers(state, version, verdicts, context)
    if command.artifact_digest != version.artifact.digest:
        raise StaleEvidenceError(
            f"the artifact in the request is not the registered artifact of {short(version.key)}", RESTORE
        )


def _check_role(state: State, command: ReleaseInEmergency, model: Model, context: Context) -> None:
    person, environment = command.proof.person, command.environment
    if any(grants_for(state, person, role, context, model, environment=environment) for role in command.release_roles):
        return
    roles = " or ".join(command.release_roles)
    raise NotAuthorisedError(
        f"{person} may not release {short(model.key)} in an emergency in {command.environment}; this needs the role "
        f"{roles}",
        "ask a person who holds one of these roles; `modelward people list` shows the roles",
    )


def _request(
    state: State, command: ReleaseInEmergency, version: Version, model: Model, person: str, context: Context
) -> ApprovalRequest:
    key, _ = state.next_key(ApprovalRequest, f"{version.key}/requests")
    # The stored text is without secrets: the digest must be that of the stored text.
    fields = command.model_dump(
        include={
            "environment", "use", "slot", "required", "reason",
            "evidence_digest", "standards_digest", "artifact_digest", "verdict_set",
        }
    )  # fmt: skip
    draft = ApprovalRequest.model_validate(
        {
            **redacted(fields),
            "key": key,
            "subject": version.key,
            "purpose": RELEASE.name,
            "tier": model.tier,
            "change_class": version.change.change_class,
            "contributors": contributors_of(version, person),
            "requester": person,
            "nonce": secrets.token_hex(16),
            "request_digest": "",
            "run_id": context.run_id,
            "issued_at": context.now,
            "expires_at": in_utc(command.until),
            "approval_days": command.standing_days,
        }
    )
    return draft.model_copy(update={"request_digest": request_digest(draft, context.log)})


RULES: Mapping[type[Command], Rule] = {ReleaseInEmergency: release_in_emergency}
