"""Rules of approval requests: opened on fresh evidence, expired, withdrawn; decision.py judges the answers."""

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
from data.registry.rules.review import validated_for
from data.registry.rules.version import require_fresh_verdicts
from data.registry.state import State

JUDGED = ("approve", "deploy")
"""The stages whose verdicts a request to deploy may stand on."""
APPROVABLE = frozenset({ReviewState.ASSESSED, ReviewState.VALIDATED, ReviewState.APPROVED})

SAME = set(RequestApproval.model_fields) - {"about", "expires_at", "verdict_set", "apart_from_validator"}
"""What makes two requests of one run the same question; a step run twice may have judged twice, later."""


@dataclass(frozen=True)
class Subject:
    """What a request is about: always a version of a model, and the present state of the subject."""

    version: Version
    model: Model
    state: str


def request_approval(state: State, command: RequestApproval, context: Context) -> CommandResult:
    """People are asked to decide on exact bytes; the same question of the same run is answered again."""
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
    draft = ApprovalRequest.model_validate(
        {
            **question,
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
    """A request that ran out undecided is noted, never before it did."""
    request = require_pending(state, command.key)
    if context.now < request.expires_at:
        raise IllegalMoveError(f"the request on {short(request.subject)} runs until {request.expires_at:%Y-%m-%d}")
    row = request.changed(state="expired", decided_at=context.now, reason="nobody completed it in time")
    return CommandResult(EventType.APPROVAL_EXPIRED, request.key, (row,))


def withdraw_request(state: State, command: WithdrawRequest, context: Context) -> CommandResult:
    """A request is taken back; the votes on it count for nothing."""
    request = require_pending(state, command.key)
    row = request.changed(state="withdrawn", decided_at=context.now, reason=command.reason)
    return CommandResult(EventType.APPROVAL_WITHDRAWN, request.key, (row,), {"reason": command.reason})


def require_pending(state: State, key: str) -> ApprovalRequest:
    """The request while it is undecided. Raises NotFoundError, RequestClosedError."""
    request = state.need(ApprovalRequest, key)
    if request.state != "pending":
        raise RequestClosedError(f"the request on {short(request.subject)} is {request.state}")
    return request


def counted_votes(state: State, request: ApprovalRequest) -> list[Vote]:
    """The votes on a request that count now, in the order in which they were given."""
    gone = {one.person for one in state.find(Person, state="revoked")}
    return votes_that_count(request, state.find(Vote, request=request.key), gone)


def subject_of(state: State, purpose: str, about: str) -> Subject:
    """The version and model behind the subject of a request, and the state it is in. Raises NotFoundError."""
    key, present = PURPOSES[purpose].find_subject(state, about)
    version = state.need(Version, key)
    return Subject(version, state.need(Model, version.model), present)


def check_deployable(state: State, subject: Subject, environment: str, evidence_digest: str, context: Context) -> None:
    """Raises unless a version can be approved now, on the evidence that the registry itself collects, all cleared."""
    version = subject.version
    if version.review_state not in APPROVABLE:
        raise IllegalMoveError(
            f"{short(version.key)} is {version.review_state}; it can be approved when it is "
            + ", ".join(sorted(APPROVABLE))
        )
    recorded = collect_evidence(state, version.key, environment).digest
    if recorded != evidence_digest:
        raise StaleEvidenceError(f"the evidence on {short(version.key)} is not what was read")
    require_valid_waivers(state, version, require_fresh_verdicts(state, version, recorded, JUDGED), context)


def require_valid_waivers(state: State, version: Version, verdicts: VerdictSet, context: Context) -> None:
    """Raises StaleEvidenceError when a waiver that the verdicts lean on was taken back or ran out."""
    for judgement in verdicts.judgements:
        waiver = state.get(Waiver, judgement.waived_by) if judgement.waived_by else None
        if waiver is not None and (waiver.state != "granted" or waiver.expires_at <= context.now):
            raise StaleEvidenceError(f"the waiver of {judgement.control} for {short(version.key)} no longer holds")


def digest_refs(request: ApprovalRequest) -> dict[str, str]:
    """The digests a request stands on, as an event refers to them."""
    return {"evidence_set": request.evidence_digest, "standards": request.standards_digest}


def _validators(state: State, version: Version) -> Iterator[str]:
    """Everybody behind a conclusion: the validator, and the person they represented."""
    for validation in state.find(Validation, version=version.key):
        yield from filter(None, (validation.validator, validated_for(state, validation)))


def _check_question(command: RequestApproval, subject: Subject, context: Context) -> None:
    checked_name(command.environment, "environment")
    name = short(subject.version.key)
    if in_utc(command.expires_at) <= context.now:
        raise InputError(f"the request on {name} would have run out already", "give people time to answer")
    if any(one.count < 1 for one in command.required):
        raise InputError(f"the request on {name} asks nobody in some role", "ask at least one person in each role")
    if command.tier != subject.model.tier or command.change_class != subject.version.change.change_class:
        raise InputError(
            f"the request names tier {command.tier} and a change `{command.change_class}`; {name} is of tier "
            f"{subject.model.tier} and `{subject.version.change.change_class}`"
        )
    if command.artifact_digest != subject.version.artifact.digest:
        raise StaleEvidenceError(f"the artifact is not that of {name}")


def _check_verdicts(state: State, command: RequestApproval, subject: Subject) -> None:
    verdicts = require_fresh_verdicts(state, subject.version, command.evidence_digest, JUDGED)
    named = (command.verdict_set, command.environment, command.standards_digest)
    if named != (verdicts.key, verdicts.environment, verdicts.standards_digest):
        raise StaleEvidenceError(
            f"the newest verdicts on {short(subject.version.key)} are {verdicts.key.rpartition('/')[2]}, for "
            f"{verdicts.environment or 'no environment'}; the request names others",
            "judge the version for this environment, then ask for approval",
        )


def _pending(state: State, command: RequestApproval, context: Context) -> ApprovalRequest | None:
    """What this run asked already, if that is the same question."""
    for request in state.find(ApprovalRequest, subject=command.about, purpose=command.purpose, run_id=context.run_id):
        if request.state != "pending" or context.now >= request.expires_at or request.requester != context.person:
            continue
        if all(getattr(request, name) == getattr(command, name) for name in SAME):
            return request
        raise StaleEvidenceError(
            f"this run asked about {short(command.about)} already, on other evidence or in other words",
            "withdraw that request, then ask again",
        )
    return None


RULES: Mapping[type[Command], Rule] = {
    RequestApproval: request_approval,
    ExpireRequest: expire_request,
    WithdrawRequest: withdraw_request,
}
