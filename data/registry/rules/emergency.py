"""Rules of an emergency release: live at once by one person's code, for a use and a time, and only once a version.

It is a request whose votes come after the fact. Nothing that a person or a gate rejected may be released this way, and
the controls of stage `emergency` in the standard must be cleared.
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
from data.registry.rollback import blocked
from data.registry.rules.approval import digest_refs, require_valid_waivers
from data.registry.rules.model import active_model
from data.registry.rules.proof import grants_held, prove
from data.registry.rules.version import require_fresh_verdicts
from data.registry.state import State

STAGE = "emergency"
LONGEST = timedelta(hours=720)
RELEASABLE = frozenset({ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.APPROVED, ReviewState.EXPIRED})


def release_in_emergency(state: State, command: ReleaseInEmergency, context: Context) -> CommandResult:
    """The release may be published, and its ratification is asked for; one that never went live is taken back."""
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
    """Raises IllegalMoveError for a version that nobody judged, that was refused or taken back, or that is blocked."""
    if version.review_state not in RELEASABLE:
        raise IllegalMoveError(
            f"{short(version.key)} is {version.review_state}; an emergency does not change that",
            "return to an earlier version with `modelward rollback`, or stop serving with `modelward suspend`",
        )
    if blocked(state, version.key):
        raise IllegalMoveError(
            f"an incident that blocks {short(version.key)} is open", "resolve the incident, or release another version"
        )


def require_open(request: ApprovalRequest, context: Context) -> None:
    """Raises RequestClosedError unless a release may still go live: asked for, unanswered, in its time."""
    name = short(request.subject)
    if request.state != "pending":
        raise RequestClosedError(f"the emergency release of {name} is {request.state}")
    if request.expires_at <= context.now:
        raise RequestClosedError(f"the emergency release of {name} ended at {request.expires_at:%Y-%m-%d %H:%M} UTC")


def release_of(state: State, request: str) -> Deployment | None:
    """The deployment that a release brought about, whatever became of it; None before it went live."""
    found = state.find(Deployment, request=request)
    return found[-1] if found else None


def asking_run(state: State, request: ApprovalRequest) -> str:
    """The run on whose page a request is answered: what was released is asked about by the run that published it."""
    if not purpose_of(request).serves_before_votes:
        return request.run_id
    live = release_of(state, request.key)
    return live.run_id if live is not None else ""


def is_live(state: State, request: str) -> bool:
    """Whether a release serves now: what is not live, or no longer, is not ratified and nobody is asked about it."""
    deployment = release_of(state, request)
    return deployment is not None and deployment.state == "deployed"


def withdraw_ratification(
    state: State, deployment: Deployment, reason: str, context: Context
) -> tuple[ApprovalRequest, ...]:
    """The request for the ratification of what ends now, taken back while it is undecided; nothing else has one."""
    request = state.get(ApprovalRequest, deployment.request) if deployment.request else None
    if request is None or not purpose_of(request).serves_before_votes or request.state != "pending":
        return ()
    reason = f"the release is over, there is nothing to ratify: {reason}"[:4_000]
    return (request.changed(state="withdrawn", decided_at=context.now, reason=reason),)


def require_live(state: State, request: ApprovalRequest) -> Deployment:
    """The deployment to be ratified. Raises RequestClosedError when it is not live, or no longer."""
    deployment = release_of(state, request.key)
    if deployment is None or deployment.state != "deployed":
        became = f"was {deployment.state.replace('_', ' ')}" if deployment is not None else "is not live yet"
        raise RequestClosedError(f"the emergency release of {short(request.subject)} {became}")
    return deployment


def ratify(state: State, request: ApprovalRequest, people: tuple[str, ...]) -> tuple[Row, ...]:
    """What follows when everybody required stands behind a release: it is ratified, its incident acknowledged."""
    deployment = require_live(state, request)
    incidents = [one for one in state.find(Incident, deployment=deployment.key) if one.state == "open"]
    acknowledged = tuple(one.changed(state="acknowledged") for one in incidents)
    return (deployment.changed(ratified_by=", ".join(people)), *acknowledged)


def _check_scope(command: ReleaseInEmergency, model: Model, context: Context) -> None:
    checked_name(command.environment, "environment")
    until = in_utc(command.until)
    if not context.now < until <= context.now + LONGEST:
        raise InputError(
            f"an emergency release until {until:%Y-%m-%d %H:%M} UTC is over already, or longer than any may be",
            f"name a time within the next {LONGEST // timedelta(hours=1)} hours, and within the standard's",
        )
    if command.use not in model.intended_uses:
        listed = "; ".join(model.intended_uses)
        raise InputError(f"{short(model.key)} is not intended for {command.use!a}", f"its uses are: {listed}")


def _require_first(state: State, version: Version) -> list[ApprovalRequest]:
    """Earlier releases of the version that never went live. Raises IllegalMoveError when one did."""
    requests = state.find(ApprovalRequest, subject=version.key, purpose=RELEASE.name)
    if any(release_of(state, one.key) is not None for one in requests):
        raise IllegalMoveError(
            f"{short(version.key)} was released in an emergency before; it is not done twice",
            "have it approved with `modelward deploy`",
        )
    return [one for one in requests if one.state == "pending"]


def _check_evidence(state: State, command: ReleaseInEmergency, version: Version, context: Context) -> None:
    recorded = collect_evidence(state, version.key, command.environment, command.use).digest
    verdicts = require_fresh_verdicts(state, version, recorded, (STAGE,))
    judged = (verdicts.key, verdicts.environment, verdicts.standards_digest, verdicts.evidence_digest)
    named = (command.verdict_set, command.environment, command.standards_digest, command.evidence_digest)
    if judged != named:
        raise StaleEvidenceError(
            f"the newest verdicts on {short(version.key)} for an emergency are others than those named",
            "judge the version again and release it then",
        )
    require_valid_waivers(state, version, verdicts, context)
    if command.artifact_digest != version.artifact.digest:
        raise StaleEvidenceError(f"the artifact is not that of {short(version.key)}")


def _check_role(state: State, command: ReleaseInEmergency, model: Model, context: Context) -> None:
    scope = {"team": model.team, "environment": command.environment}
    person = command.proof.person
    if any(grants_held(state, person, role, context, tier=model.tier, **scope) for role in command.release_roles):
        return
    roles = ", ".join(command.release_roles)
    raise NotAuthorisedError(
        f"{person} may not release {short(model.key)} in an emergency in {command.environment}; the standard asks: "
        f"{roles}"
    )


def _request(
    state: State, command: ReleaseInEmergency, version: Version, model: Model, person: str, context: Context
) -> ApprovalRequest:
    key, _ = state.next_key(ApprovalRequest, f"{version.key}/requests")
    fields = command.model_dump(
        include={
            "environment", "use", "slot", "required", "reason",
            "evidence_digest", "standards_digest", "artifact_digest", "verdict_set",
        }
    )  # fmt: skip
    draft = ApprovalRequest.model_validate(
        {
            **fields,
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
