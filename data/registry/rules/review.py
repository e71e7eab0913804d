"""Judge the commands about validations, findings and reviews.

The owner of a finding answers it. The person who raised it, or a validator, disputes the answer or closes the finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import IllegalMoveError, IndependenceError, InputError, NotAuthorisedError, StaleEvidenceError
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.model import Model
from data.records.names import person_key, short
from data.records.person import Person, Role, RoleGrant
from data.records.review import Finding, Review, Validation
from data.records.version import ReviewState, Version
from data.registry.command import Command, CommandResult, Context, Proof, Rule, Timed
from data.registry.commands.review import (
    AnswerFinding,
    CloseFinding,
    CompleteReview,
    ConcludeValidation,
    DisputeFinding,
    OpenFinding,
    OpenReview,
)
from data.registry.evidence import collect_evidence
from data.registry.independence import require_independent
from data.registry.lifecycle import check_review_move
from data.registry.rules.model import active_model
from data.registry.rules.proof import active_person, deputy_data, grants_for, holds_role, principal_of, prove
from data.registry.state import State

ASK_ANOTHER = "ask the person who raised the finding, or a validator"
CONCLUSIONS: Mapping[str, ReviewState] = {
    "fit": ReviewState.VALIDATED,
    "fit with conditions": ReviewState.VALIDATED,
    "not fit": ReviewState.REJECTED,
}


def conclude_validation(state: State, command: ConcludeValidation, context: Context) -> CommandResult:
    """Record an independent validator's conclusion on the present evidence: the version is validated or rejected."""
    version = state.need(Version, command.version)
    to = CONCLUSIONS[command.conclusion]
    if version.review_state is ReviewState.REGISTERED:
        raise IllegalMoveError(f"{short(version.key)} has no verdicts yet", "run `modelward validate` first")
    check_review_move(short(version.key), version.review_state, to)
    if collect_evidence(state, version.key).digest != command.evidence_digest:
        raise StaleEvidenceError(f"the evidence on {short(version.key)} changed after the validator read it")
    principal = require_signer(state, version, command.proof, (Role.VALIDATOR,), context)
    proven = prove(state, command.proof, context)
    key, number = state.next_key(Validation, f"{version.key}/validations")
    fields = command.model_dump(exclude={"proof"})
    row = Validation(key=key, number=number, validator=proven.actor.id, concluded_at=context.now, **fields)
    reason = f"validation: {command.conclusion}" if to is ReviewState.REJECTED else ""
    moved = version.changed(review_state=to, state_reason=reason)
    refs = {"evidence_set": command.evidence_digest}
    data = {"conclusion": command.conclusion, **deputy_data(principal)}
    return CommandResult(EventType.VALIDATION_CONCLUDED, key, (row, moved, *proven.rows), data, refs, proven.actor)


def validated_for(state: State, validation: Validation) -> str | None:
    """Return the person that the validator represented as a deputy; None if the validator was no deputy."""
    principal = state.event_data(validation.key, EventType.VALIDATION_CONCLUDED).get("deputy_of")
    return str(principal) if principal else None


def open_finding(state: State, command: OpenFinding, context: Context) -> CommandResult:
    """Raise a finding, which a person on the roster must answer by its due date."""
    version = state.need(Version, command.version)
    if command.origin == "condition":
        raise InputError("a finding of origin `condition` is opened by an approval only", "choose another origin")
    if active_person(state, command.owner) is None:
        raise NotAuthorisedError(f"{command.owner} is not on the roster and cannot own a finding")
    if in_utc(command.due_at) <= context.now:
        raise InputError("the due date of a finding must be in the future", "choose a later due date")
    key, number = state.next_key(Finding, f"{version.key}/findings")
    fields = command.model_dump()
    row = Finding(key=key, number=number, raised_by=context.person, raised_at=context.now, **fields)
    return CommandResult(EventType.FINDING_OPENED, key, (row,))


def answer_finding(state: State, command: AnswerFinding, context: Context) -> CommandResult:
    """Record the owner's answer to an open or disputed finding."""
    finding = _require_finding(state, command.key, "open", "disputed")
    if context.person != finding.owner:
        raise NotAuthorisedError(
            f"{context.person} does not own the finding and cannot answer it",
            f"ask its owner, {finding.owner}, to answer",
        )
    row = finding.changed(state="answered", answer=command.answer, answered_by=context.person, answered_at=context.now)
    return CommandResult(EventType.FINDING_ANSWERED, finding.key, (row,))


def dispute_finding(state: State, command: DisputeFinding, context: Context) -> CommandResult:
    """Record why the person who raised a finding, or a validator, disputes its answer; its owner cannot dispute it."""
    finding = _require_finding(state, command.key, "answered")
    version = state.need(Version, finding.version)
    if context.person == finding.owner:
        raise NotAuthorisedError(f"{context.person} owns the finding and cannot dispute its answer", ASK_ANOTHER)
    if not _may_judge(state, finding, version, context.person, context):
        raise NotAuthorisedError(f"{context.person} neither raised the finding nor is a validator", ASK_ANOTHER)
    return CommandResult(
        EventType.FINDING_DISPUTED, finding.key, (finding.changed(state="disputed", dispute=command.reason),)
    )


def close_finding(state: State, command: CloseFinding, context: Context) -> CommandResult:
    """Close an answered or disputed finding by the person who raised it or a validator; its owner cannot close it."""
    finding = _require_finding(state, command.key, "answered", "disputed")
    version = state.need(Version, finding.version)
    closer = command.proof.person
    if closer in (finding.owner, finding.answered_by):
        raise NotAuthorisedError(f"{closer} owns or answered the finding and cannot close it", ASK_ANOTHER)
    if not _may_judge(state, finding, version, closer, context):
        raise NotAuthorisedError(f"{closer} neither raised the finding nor is a validator", ASK_ANOTHER)
    require_independent(state.need(Person, person_key(closer)), version)
    proven = prove(state, command.proof, context)
    row = finding.changed(state="closed", closed_by=proven.actor.id, closed_at=context.now)
    return CommandResult(EventType.FINDING_CLOSED, finding.key, (row, *proven.rows), actor=proven.actor)


def open_review(state: State, command: OpenReview, context: Context) -> CommandResult:
    """Open a review; if one for the same version and reason is open, return that one."""
    model = active_model(state, command.model)
    if command.version is not None and state.need(Version, command.version).model != model.key:
        raise InputError(
            f"{short(command.version)} is not a version of {short(model.key)}",
            f"choose a version of {short(model.key)}",
        )
    for review in state.find(Review, model=model.key, state="open"):
        if (review.version, review.reason) == (command.version, command.reason):
            return CommandResult(EventType.REVIEW_OPENED, review.key, (review,), unchanged=True)
    key, number = state.next_key(Review, f"{model.key}/reviews")
    row = Review(key=key, number=number, opened_at=context.now, **command.model_dump())
    return CommandResult(EventType.REVIEW_OPENED, key, (row,))


def complete_review(state: State, command: CompleteReview, context: Context) -> CommandResult:
    """Complete a review with its outcome, by an owner or validator of the model, with proof."""
    review = state.need(Review, command.key)
    if review.state != "open":
        raise IllegalMoveError(
            f"the review of {short(review.model)} was completed by {review.completed_by} already",
            "run `modelward review list` to see the open reviews",
        )
    model = state.need(Model, review.model)
    person, roles = command.proof.person, (Role.OWNER, Role.VALIDATOR)
    if not any(grants_for(state, person, one, context, model) for one in roles):
        raise NotAuthorisedError(f"{person} holds neither the role owner nor validator for {short(model.key)}")
    proven = prove(state, command.proof, context)
    row = review.changed(
        state="completed", completed_by=proven.actor.id, completed_at=context.now, outcome=command.outcome
    )
    return CommandResult(EventType.REVIEW_COMPLETED, review.key, (row, *proven.rows), actor=proven.actor)


def require_signer(
    state: State, version: Version, proof: Proof, roles: tuple[Role, ...], context: Timed, *others: str
) -> str | None:
    """Check the signer of a decision on a version; return the person they represent, or None if they are no deputy.

    The signer must hold one of the roles for the version and be independent of it and of `others`, who asked for the
    decision. For a deputy, the represented person must be independent too.
    Raises NotAuthorisedError, IndependenceError.
    """
    person, model = active_person(state, proof.person), state.need(Model, version.model)
    if person is None:
        raise NotAuthorisedError(f"{proof.person} is not on the roster")
    held = [grant for role in roles for grant in grants_for(state, person.person, role, context, model)]
    if not held:
        raise NotAuthorisedError(
            f"{person.person} does not hold the role {' or '.join(roles)} for team {model.team} and tier {model.tier}"
        )
    require_independent(person, version, *others)
    if principal_of(held) is None:
        return None
    return _independent_principal(state, held, version, others)


def _independent_principal(
    state: State, held: Sequence[RoleGrant], version: Version, others: Sequence[str]
) -> str | None:
    """Return the first of the represented people who is independent. Raises IndependenceError when nobody is."""
    refused: list[IndependenceError] = []
    for principal in sorted({grant.deputy_of for grant in held if grant.deputy_of}):
        try:
            require_independent(state.need(Person, person_key(principal)), version, *others)
        except IndependenceError as error:
            refused.append(error)
        else:
            return principal
    raise refused[0]


def _require_finding(state: State, key: str, *states: str) -> Finding:
    finding = state.need(Finding, key)
    if finding.state not in states:
        raise IllegalMoveError(
            f"finding {finding.number} of {short(finding.version)} is {finding.state}, not {' or '.join(states)}",
            "run `modelward findings list --all` to see each finding with its state",
        )
    return finding


def _may_judge(state: State, finding: Finding, version: Version, person: str, context: Context) -> bool:
    model = state.need(Model, version.model)
    validator = holds_role(state, person, Role.VALIDATOR, context, team=model.team, tier=model.tier)
    return person == finding.raised_by or validator is not None


RULES: Mapping[type[Command], Rule] = {
    ConcludeValidation: conclude_validation,
    OpenFinding: open_finding,
    AnswerFinding: answer_finding,
    DisputeFinding: dispute_finding,
    CloseFinding: close_finding,
    OpenReview: open_review,
    CompleteReview: complete_review,
}
