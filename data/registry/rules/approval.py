"""Judge the commands that open, expire and withdraw an approval request.

`rules/decision.py` judges a vote on a request, `data/registry/approvals.py` counts the votes, and
`gates/approval_rule.py` reads from a standard which roles must sign.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from data.errors import IllegalMoveError, InputError, RequestClosedError, StaleEvidenceError
from data.records.approval import ApprovalRequest, Vote
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.model import Model
from data.records.names import checked_name, short
from data.records.person import Person
from data.records.review import Validation, VerdictSet, Waiver
from data.records.version import ReviewState, Version
from data.registry.approvals import request_digest, votes_that_count
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.approval import ExpireRequest, RequestApproval, WithdrawRequest
from data.registry.evidence import collect_evidence
from data.registry.independence import contributors_of
from data.registry.purposes import PURPOSES
from data.registry.redaction import redacted
from data.registry.rules.review import validated_for
from data.registry.rules.version import require_fresh_verdicts
from data.registry.state import State

STAGES = ("approve", "deploy")
"""The stages of the verdict sets on which a request to deploy may be based."""
REQUEST_AGAIN = "open a new request by running the flow again"
RESTORE = "restore the registered artifact from a backup, or register the present file as a new version"
APPROVABLE = frozenset({ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.APPROVED})
FINAL = frozenset({ReviewState.REJECTED, ReviewState.RETIRED})
"""The states from which a version never becomes approvable again."""

COMPARED = set(RequestApproval.model_fields) - {"about", "expires_at", "verdict_set", "apart_from_validator"}
"""The fields in which two equal requests of one run agree. A repeated step of a run may have a later expiry and another
verdict set."""


@dataclass(frozen=True)
class Subject:
    """The version and model that a request is about, and the present state of the request's subject."""

    version: Version
    model: Model
    state: str


def request_approval(state: State, command: RequestApproval, context: Context) -> CommandResult:
    """Open an approval request that is bound to digests; if the run has an equal request pending, return that one."""
    subject = subject_of(state, command.purpose, command.about)
    _check_question(command, subject, context)
    pending = _pending(state, command, context)
    if pending is not None:
        return CommandResult(EventType.APPROVAL_REQUESTED, pending.key, (pending,), unchanged=True)
    if PURPOSES[command.purpose].decides_review:
        check_deployable(state, subject, command.environment, command.evidence_digest, context)
        _check_verdicts(state, command, subject)
    key, _ = state.next_key(ApprovalRequest, f"{subject.version.key}/requests")
    validators = _validators(state, subject.version) if command.apart_from_validator else ()
    question = command.model_dump(exclude={"about", "apart_from_validator"})
    # The stored text is without secrets: the digest must be that of the stored text.
    draft = ApprovalRequest.model_validate(
        {
            **redacted(question),
            "key": key,
            "subject": command.about,
            "contributors": contributors_of(subject.version, context.person, *validators),
            "requester": context.person,
            "nonce": secrets.token_hex(16),
            "request_digest": "",
            "run_id": context.run_id,
            "issued_at": context.now,
        }
    )
    row = draft.model_copy(update={"request_digest": request_digest(draft, context.log)})
    return CommandResult(EventType.APPROVAL_REQUESTED, key, (row,), refs=digest_refs(row))


def expire_request(state: State, command: ExpireRequest, context: Context) -> CommandResult:
    """Record that a pending request expired; refuse before its expiry."""
    request = require_pending(state, command.key)
    if context.now < request.expires_at:
        raise IllegalMoveError(
            f"the request on {short(request.subject)} expires at {request.expires_at:%Y-%m-%d %H:%M} UTC",
            "wait until then, or withdraw the request",
        )
    row = request.changed(state="expired", decided_at=context.now, reason="nobody completed it in time")
    return CommandResult(EventType.APPROVAL_EXPIRED, request.key, (row,))


def withdraw_request(state: State, command: WithdrawRequest, context: Context) -> CommandResult:
    """Withdraw a pending request; the votes on it have no effect."""
    request = require_pending(state, command.key)
    row = request.changed(state="withdrawn", decided_at=context.now, reason=command.reason)
    return CommandResult(EventType.APPROVAL_WITHDRAWN, request.key, (row,), {"reason": command.reason})


def require_pending(state: State, key: str) -> ApprovalRequest:
    """Return the pending request under a key. Raises NotFoundError, RequestClosedError when it is not pending."""
    request = state.need(ApprovalRequest, key)
    if request.state != "pending":
        remedy = "leave it: the request is decided" if request.state == "approved" else ""
        raise RequestClosedError(f"the request on {short(request.subject)} is {request.state}", remedy)
    return request


def counted_votes(state: State, request: ApprovalRequest) -> list[Vote]:
    """Return the votes on a request that count now, in the order in which they were given."""
    gone = {one.person for one in state.find(Person, state="revoked")}
    return votes_that_count(request, state.find(Vote, request=request.key), gone)


def subject_of(state: State, purpose: str, about: str) -> Subject:
    """Return version, model and present state of the subject of a request. Raises NotFoundError."""
    key, present = PURPOSES[purpose].find_subject(state, about)
    version = state.need(Version, key)
    return Subject(version, state.need(Model, version.model), present)


def check_deployable(state: State, subject: Subject, environment: str, evidence_digest: str, context: Context) -> None:
    """Raise an error unless the version can be approved now: its review state allows it, the evidence in the registry
    has this digest, its verdict set is cleared and about this evidence, and the waivers in use are valid.

    Raises IllegalMoveError, StaleEvidenceError.
    """
    version = subject.version
    if version.review_state not in APPROVABLE:
        raise IllegalMoveError(
            f"{short(version.key)} is {version.review_state}; a version can be approved in these states: "
            + ", ".join(sorted(APPROVABLE)),
            f"register a new version instead of the {version.review_state} one"
            if version.review_state in FINAL
            else "run `modelward validate` for the version first",
        )
    recorded = collect_evidence(state, version.key, environment).digest
    if recorded != evidence_digest:
        raise StaleEvidenceError(f"the evidence on {short(version.key)} changed after it was read", REQUEST_AGAIN)
    verdicts = require_fresh_verdicts(state, version, recorded, STAGES, REQUEST_AGAIN)
    require_valid_waivers(state, version, verdicts, context)


def require_valid_waivers(state: State, version: Version, verdicts: VerdictSet, context: Context) -> None:
    """Raise StaleEvidenceError when a waiver that the verdicts use was revoked or has expired."""
    for judgement in verdicts.judgements:
        waiver = state.get(Waiver, judgement.waived_by) if judgement.waived_by else None
        if waiver is not None and (waiver.state != "granted" or waiver.expires_at <= context.now):
            ended = "has expired" if waiver.state in ("granted", "expired") else f"is {waiver.state}"
            raise StaleEvidenceError(
                f"the waiver of {judgement.control} for {short(version.key)} {ended}",
                "correct what the control found or request a new waiver, then run the flow again",
            )


def digest_refs(request: ApprovalRequest) -> dict[str, str]:
    """Return the digests that a request is bound to, in the form of an event's `refs`."""
    return {"evidence_set": request.evidence_digest, "standards": request.standards_digest}


def _validators(state: State, version: Version) -> Iterator[str]:
    """Yield everybody who validated a version: each validator, and the person that the validator represented."""
    for validation in state.find(Validation, version=version.key):
        yield from filter(None, (validation.validator, validated_for(state, validation)))


def _check_question(command: RequestApproval, subject: Subject, context: Context) -> None:
    checked_name(command.environment, "environment")
    name = short(subject.version.key)
    if in_utc(command.expires_at) <= context.now:
        raise InputError(f"the expiry of the request on {name} must be in the future", "choose a later expiry")
    if any(one.count < 1 for one in command.required):
        raise InputError(
            f"the request on {name} requires no signature in one of its roles", "require at least one in each role"
        )
    stated_and_registered = {
        "tier": (command.tier, subject.model.tier),
        "change class": (command.change_class, subject.version.change.change_class),
    }
    for what, (stated, registered) in stated_and_registered.items():
        if stated != registered:
            raise InputError(
                f"the request on {name} has {what} {stated}, but the registered {what} is {registered}",
                f"use the registered {what}",
            )
    if command.artifact_digest != subject.version.artifact.digest:
        raise StaleEvidenceError(f"the artifact in the request is not the registered artifact of {name}", RESTORE)


def _check_verdicts(state: State, command: RequestApproval, subject: Subject) -> None:
    verdicts = require_fresh_verdicts(state, subject.version, command.evidence_digest, STAGES, REQUEST_AGAIN)
    named = (command.verdict_set, command.environment, command.standards_digest)
    if named != (verdicts.key, verdicts.environment, verdicts.standards_digest):
        raise StaleEvidenceError(
            f"the latest verdict set of {short(subject.version.key)} is number {verdicts.number}, for "
            f"{verdicts.environment or 'no environment'}; the request refers to another set, environment or standard",
            "judge the version for this environment, then request approval again",
        )


def _pending(state: State, command: RequestApproval, context: Context) -> ApprovalRequest | None:
    """Return the pending request of this run that equals the command, or None.

    Raises StaleEvidenceError when the run has a different request pending.
    """
    question = redacted(command.model_dump(mode="json", include=COMPARED))
    for request in state.find(ApprovalRequest, subject=command.about, purpose=command.purpose, run_id=context.run_id):
        if request.state != "pending" or context.now >= request.expires_at or request.requester != context.person:
            continue
        if request.model_dump(mode="json", include=COMPARED) == question:
            return request
        raise StaleEvidenceError(
            f"this run has a different request on {short(command.about)} pending already",
            "request the approval in a new run",
        )
    return None


RULES: Mapping[type[Command], Rule] = {
    RequestApproval: request_approval,
    ExpireRequest: expire_request,
    WithdrawRequest: withdraw_request,
}
