"""Judge one person's vote on an approval request, in one transaction; the first failed check refuses the vote.

The request is pending and belongs to this run → all digests and the typed digest are those of the request → the person
has a required role and is independent → the one-time code is right → the vote is recorded and, when it settles the
request, the review state of the version changes.

`rules/approval.py` judges the commands that open and close a request, `data/registry/approvals.py` counts the votes,
and `gates/approval_rule.py` reads from a standard which roles must sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from data.errors import (
    ConflictError,
    InputError,
    NotAuthorisedError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.records.approval import ApprovalRequest, Vote
from data.records.events import EventType
from data.records.model import Model
from data.records.names import short
from data.records.person import Person, Role
from data.records.review import Finding, Severity
from data.records.row import Row
from data.records.version import ReviewState, Version
from data.registry.approvals import (
    APPROVING,
    RequestOutcome,
    confirms,
    outcome,
    people_behind,
    statement,
    statement_digest,
    tail,
)
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.approval import Decide
from data.registry.independence import require_allowed_signer
from data.registry.lifecycle import check_review_move
from data.registry.purposes import purpose_of
from data.registry.redaction import redacted
from data.registry.rules import emergency
from data.registry.rules.approval import (
    REQUEST_AGAIN,
    RESTORE,
    Subject,
    check_deployable,
    counted_votes,
    digest_refs,
    require_pending,
    subject_of,
)
from data.registry.rules.proof import Proven, active_person, grants_for, prove
from data.registry.state import State

CONDITIONS = 20
CONDITION_LENGTH = 2_000


@dataclass(frozen=True)
class Voter:
    """The person who votes, and the id of the person they represent, if any."""

    person: Person
    deputy_of: str | None


def decide(state: State, command: Decide, context: Context) -> CommandResult:
    """Record a vote and its effects on the request, the version and its findings, in one event."""
    # The first outcome closes a request. A vote on a closed request would change nothing and must not be recorded.
    request = require_pending(state, command.key)
    # A resumed Prefect run is not an approval, because every client of its API can resume a run: check that the vote
    # belongs to the run that opened the request.
    _check_open(request, command, context)
    subject = subject_of(state, request.purpose, request.subject)
    # Digests before people: nobody spends a code on evidence, a standard or an artifact that changed meanwhile.
    _check_bytes(state, request, subject, command, context)
    _check_answer(request, command, context)
    # Role and independence (SR 11-7: effective challenge by people who did not develop the model) before the code. A
    # right code is used also when one of these checks refuses the vote (`CommandBatch`).
    voter = _check_voter(state, request, subject, command, context)
    before = state.find(Vote, request=request.key)
    _check_first_vote(before, voter)
    # The attempt was counted in an earlier transaction, so that a refusal here cannot undo the count.
    proven = prove(state, command.proof, context)
    key, _ = state.next_key(Vote, f"{request.key}/votes")
    vote = _vote(key, request, command, voter, proven, context)
    # 21 CFR 11.50 and 11.70: name, time and meaning, linked to the record by the digest of the statement signed.
    stated = statement(context.log, request, vote, subject.state, _becomes(request, command, subject))
    signed = vote.model_copy(update={"statement_digest": statement_digest(stated)})
    # Count the new vote with those that still count: an approving vote of a revoked person no longer does.
    counted = [*counted_votes(state, request), signed]
    settled = outcome(request, counted, context.now)
    consequences = _consequences(state, request, subject, counted, settled, context)
    rows = (signed, *consequences, *proven.rows)
    data = {"outcome": settled, "statement": stated, "statement_digest": signed.statement_digest}
    return CommandResult(EventType.APPROVAL_DECIDED, request.key, rows, data, digest_refs(request), proven.actor)


def _check_open(request: ApprovalRequest, command: Decide, context: Context) -> None:
    if context.now >= request.expires_at:
        raise RequestClosedError(
            f"the request on {short(request.subject)} expired at {request.expires_at:%Y-%m-%d %H:%M} UTC"
        )
    is_foreign = request.run_id != "" and context.run_id not in ("", request.run_id)
    if command.run_id != request.run_id or is_foreign:
        raise RequestClosedError(
            f"the request on {short(request.subject)} belongs to another run", "vote in the run that opened it"
        )


def _check_bytes(state: State, request: ApprovalRequest, subject: Subject, command: Decide, context: Context) -> None:
    now = {
        "evidence on": (command.evidence_digest, request.evidence_digest, REQUEST_AGAIN),
        "standard for": (command.standards_digest, request.standards_digest, REQUEST_AGAIN),
        "artifact of": (command.artifact_digest, request.artifact_digest, RESTORE),
        "registered artifact of": (subject.version.artifact.digest, request.artifact_digest, RESTORE),
    }
    for what, (found, bound, remedy) in now.items():
        if found != bound:
            raise StaleEvidenceError(
                f"the {what} {short(subject.version.key)} changed after the request was opened", remedy
            )
    purpose = purpose_of(request)
    if purpose.serves_before_votes:
        emergency.require_live(state, request)
    if purpose.decides_review:
        check_deployable(state, subject, request.environment, request.evidence_digest, context)
    if not confirms(command.confirmed, request.request_digest):
        raise StaleEvidenceError(
            f"the typed text is not the digest of the request on {short(request.subject)}",
            f"read the request and type the last {len(tail(request.request_digest))} characters of its digest",
        )


def _check_answer(request: ApprovalRequest, command: Decide, context: Context) -> None:
    conditions, conditional = command.conditions, command.decision == "approve with conditions"
    faults = {
        ("`approve with conditions` needs at least one condition", "add a condition"): conditional and not conditions,
        (
            f"the decision `{command.decision}` takes no conditions",
            "choose `approve with conditions`, or remove the conditions",
        ): not conditional and bool(conditions),
        ("the meaning of the signature is empty", "write what you sign for"): not command.meaning.strip(),
        (f"a vote has at most {CONDITIONS} conditions", "combine conditions"): len(conditions) > CONDITIONS,
        (f"a condition has at most {CONDITION_LENGTH:,} characters", "shorten the condition"): any(
            len(one.text) > CONDITION_LENGTH for one in conditions
        ),
        ("a condition has no text", "write what must be done"): any(not one.text.strip() for one in conditions),
        ("the due date of a condition must be in the future", "choose a later due date"): any(
            one.due_at <= context.now for one in conditions
        ),
    }
    for (what, remedy), is_wrong in faults.items():
        if is_wrong:
            raise InputError(what, remedy)


def _check_voter(state: State, request: ApprovalRequest, subject: Subject, command: Decide, context: Context) -> Voter:
    person = _active(state, command.proof.person)
    model, environment = subject.model, request.environment
    grants = grants_for(state, person.person, command.role, context, model, tier=request.tier, environment=environment)
    if command.deputy_of not in {one.deputy_of for one in grants}:
        _check_owner(person, command, model)
        where = f"for team {model.team}, tier {request.tier}, {environment}"
        as_deputy = f" as deputy of {command.deputy_of[:128]!a}" if command.deputy_of else ""
        raise NotAuthorisedError(f"{person.person} does not hold the role {command.role}{as_deputy} {where}")
    if command.role not in {one.role for one in request.required}:
        required = ", ".join(sorted({one.role.value for one in request.required}))
        raise NotAuthorisedError(
            f"the request does not require the role {command.role}, but: {required}", "vote in a required role"
        )
    # The deputy and the person they represent must both be independent of the version.
    for signer in [person, *([_active(state, command.deputy_of)] if command.deputy_of else [])]:
        require_allowed_signer(signer, subject.version, request)
    return Voter(person, command.deputy_of)


def _check_owner(person: Person, command: Decide, model: Model) -> None:
    """Raise NotAuthorisedError when somebody signs as owner who neither is the model's owner nor represents them."""
    if command.role is Role.OWNER and (command.deputy_of or person.person) != model.owner:
        raise NotAuthorisedError(
            f"{person.person} is not the owner of {short(model.key)}; its owner is {model.owner}",
            f"ask {model.owner} or their deputy, or name another owner with `modelward amend FOLDER`",
        )


def _active(state: State, person: str) -> Person:
    row = active_person(state, person)
    if row is None:
        raise NotAuthorisedError(f"{person} is not on the roster")
    return row


def _check_first_vote(before: Sequence[Vote], voter: Voter) -> None:
    behind = {voter.person.person} | ({voter.deputy_of} if voter.deputy_of else set())
    for vote in before:
        if shared := behind & people_behind(vote):
            raise ConflictError(
                f"a vote by or for {min(shared)} on this request is recorded already", "ask another person to vote"
            )


def _vote(key: str, request: ApprovalRequest, command: Decide, voter: Voter, proven: Proven, context: Context) -> Vote:
    fields = command.model_dump(include={"role", "decision", "meaning", "comment", "conditions", "deputy_of"})
    return Vote(
        key=key,
        request=request.key,
        person=voter.person.person,
        printed_name=voter.person.name,
        proof="totp",
        credential=proven.credential,
        statement_digest="",
        decided_at=context.now,
        **redacted(fields),
    )


def _becomes(request: ApprovalRequest, command: Decide, subject: Subject) -> str:
    if command.decision in APPROVING:
        return purpose_of(request).approved_as
    return "rejected" if command.decision == "reject" else subject.state


def _consequences(
    state: State,
    request: ApprovalRequest,
    subject: Subject,
    votes: Sequence[Vote],
    settled: RequestOutcome,
    context: Context,
) -> tuple[Row, ...]:
    """Return the rows that change with a vote: always the request; when it is settled also version and findings.

    Each vote makes a new revision of the request, so the second of two simultaneous votes is refused.
    """
    if settled == "pending":
        return (request.changed(),)
    ends: dict[str, object] = {"state": settled, "decided_at": context.now}
    if settled != "approved":
        reason = votes[-1].comment or votes[-1].meaning
        return (request.changed(**ends, reason=reason), *_rejected(request, subject.version, settled, reason))
    valid_until = context.now + timedelta(days=request.approval_days)
    approved = request.changed(**ends, valid_until=valid_until)
    rows = (approved, *_approved(request, subject.version, approved), *_findings(state, subject, votes, context))
    if not purpose_of(request).serves_before_votes:
        return rows
    people = dict.fromkeys(one.person for one in votes if one.decision in APPROVING)
    return (*rows, *emergency.ratify(state, request, tuple(people)))


def _approved(request: ApprovalRequest, version: Version, approved: ApprovalRequest) -> tuple[Row, ...]:
    """Return the approved version. Its approval ends with the last of its requests; each request keeps its own end."""
    if not purpose_of(request).decides_review:
        return ()
    check_review_move(short(version.key), version.review_state, ReviewState.APPROVED)
    until = approved.valid_until
    if version.review_state is ReviewState.APPROVED and version.valid_until is not None and until is not None:
        until = max(until, version.valid_until)
    return (version.changed(review_state=ReviewState.APPROVED, state_reason="", valid_until=until),)


def _rejected(request: ApprovalRequest, version: Version, settled: RequestOutcome, reason: str) -> tuple[Row, ...]:
    """Return the rejected version; nothing when the version is approved for another environment or use."""
    keeps = version.review_state is ReviewState.APPROVED
    if not purpose_of(request).decides_review or settled != "rejected" or keeps:
        return ()
    check_review_move(short(version.key), version.review_state, ReviewState.REJECTED)
    return (version.changed(review_state=ReviewState.REJECTED, state_reason=reason),)


def _findings(state: State, subject: Subject, votes: Sequence[Vote], context: Context) -> tuple[Finding, ...]:
    """Return one finding for each condition in the votes; the model's owner must answer it by its due date."""
    version = subject.version.key
    _, first = state.next_key(Finding, f"{version}/findings")
    conditions = [(vote, one) for vote in votes for one in vote.conditions]
    return tuple(
        Finding(
            key=f"{version}/findings/{number}",
            version=version,
            number=number,
            severity=Severity.MEDIUM,
            title=f"condition of {vote.printed_name}"[:200],
            text=condition.text,
            owner=subject.model.owner,
            raised_by=vote.person,
            raised_at=context.now,
            due_at=condition.due_at,
            origin="condition",
        )
        for number, (vote, condition) in enumerate(conditions, first)
    )


RULES: Mapping[type[Command], Rule] = {Decide: decide}
