"""Show approvers a form and record their votes in the registry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from prefect.input import RunInput
from pydantic import Field, create_model

from data.errors import (
    ArtifactError,
    DigestMismatchError,
    InputError,
    RefusedError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.queries.approval_snapshot import ApprovalSnapshot, approval_snapshot
from data.queries.rows import required_row
from data.records.approval import ApprovalRequest, Decision, RequiredRole
from data.records.names import short
from data.records.person import SERVICE, Actor, Role
from data.records.run_context import RunContext
from data.registry.approvals import confirms
from data.registry.command import Command
from data.registry.commands.approval import Decide, ExpireRequest, WithdrawRequest
from data.registry.registry import Receipt, Registry
from tasks.approve.give_receipt import give_receipt
from tasks.approve.read_conditions import read_conditions
from tasks.approve.recompute_digests import Digests, recompute_digests
from tasks.approve.request_approval import signer_counts
from tasks.approve.show_decisions import show_decisions
from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled, refused
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer, OneTimeCode
from tasks.run.retry_transient import retry_transient
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step
from views.forms.approval_form import describe_request
from views.forms.objection import Objection

READABLE_WITHIN = timedelta(hours=1)
QUESTION = "approval"
CONDITIONS = "Only with the decision “approve with conditions”. One condition per line: due date, then the task."


class ApprovalForm(RunInput):
    """The form fields of an approver; every value is untrusted until the registry has judged it."""

    decision: Decision = Field(
        title="Decision",
        description="A recusal counts as no signature and leaves the request open. A rejection or a return closes it.",
    )
    person: str = Field(
        title="Your id on the roster", description="The id of a person above who can sign now.", max_length=128
    )
    role: str = Field(title="Role in which you sign", max_length=32)
    code: OneTimeCode
    confirm: str = Field(
        title="Last 8 characters of the request's digest",
        description="Copy them from “To confirm” above. They confirm that this is the request you read.",
        min_length=8,
        max_length=71,
    )
    meaning: str = Field(
        default="I reviewed the evidence and decide as above",
        title="What your signature means",
        description="It becomes part of the statement you sign.",
        max_length=500,
    )
    comment: str = Field(
        default="",
        title="Comment",
        description="Recorded with the decision. Give the reason when you reject, return or recuse.",
        max_length=4_000,
    )
    conditions: str = Field(default="", title="Conditions", description=CONDITIONS, max_length=4_000)
    deputy_of: str = Field(
        default="",
        title="As deputy of",
        description="Only for a deputy: the id of the person you represent. If empty, it is taken from your role.",
        max_length=128,
    )


@step("read request state")
def read_request_state(key: str) -> ApprovalRequest:
    """Return the request with its present state in the registry."""
    request = current(key)
    name_step(f"read request state: {request.state}", request=key)
    return request


def await_decisions(request: ApprovalRequest, context: RunContext, steps: Steps = PLAIN_CALLS) -> ApprovalRequest:
    """Wait until the registry has decided the request; the run of `context` asks the people.

    The run's page shows the request after every outcome. Raises RequestClosedError when the request expired, was
    rejected or was returned, StaleEvidenceError or DigestMismatchError when its evidence or bytes changed.
    """
    try:
        return _decided(request, context, steps)
    finally:
        if current(request.key).state != "pending":
            show_decisions(request.key)


def _decided(request: ApprovalRequest, context: RunContext, steps: Steps) -> ApprovalRequest:
    question, as_of = _question(request, context), context.as_of
    is_answered = False
    while retry_transient(question.is_open, READABLE_WITHIN):
        patience = request.expires_at - moment(meanwhile(as_of))
        if patience <= timedelta(0):
            steps.take(close_request, request, as_of, "its time is over")
            break
        try:
            ask_until_settled(question, patience, as_of, steps)
        except RequestClosedError as error:
            steps.take(close_request, request, as_of, "nobody answered", error.what)
            raise
        is_answered = True
    # The step of the last answer has the state in its name; without an answer the decision was made outside this run.
    decided = current(request.key) if is_answered else steps.take(read_request_state, request.key)
    if decided.state != "approved":
        reason = f": {decided.reason}" if decided.reason else ""
        raise RequestClosedError(f"the request on {short(request.subject)} is {decided.state}{reason}")
    return decided


def _question(request: ApprovalRequest, context: RunContext) -> Question:
    missing: list[RequiredRole] = []
    return Question(
        name=QUESTION,
        subject=request.key,
        run_id=context.run_id,
        form=lambda objection: _form(request, objection, context.as_of, missing),
        settle=lambda answer: _settle(request, answer, context),
        is_open=lambda: current(request.key).state == "pending",
        people=lambda: signer_counts(missing),
    )


def current(key: str) -> ApprovalRequest:
    """Return the request with its present state in the registry."""
    return required_row(Registry.here(), ApprovalRequest, key)


@step("close request")
def close_request(request: ApprovalRequest, as_of: datetime | None, cause: str, reason: str = "") -> None:
    """Close a request without waiting any longer: expire it after its end, otherwise withdraw it with the reason.

    `cause` is the end of the step's name. A request that was closed meanwhile stays as it is.
    """
    as_of = meanwhile(as_of)
    command: Command = ExpireRequest(key=request.key)
    is_over = moment(as_of) >= request.expires_at
    name_step(f"{'expire' if is_over else 'withdraw'} request: {cause}", request=request.key)
    if not is_over:
        command = WithdrawRequest(key=request.key, reason=reason)
    state = current(request.key).state
    if state != "pending":
        name_step(f"read request state: {state}", request=request.key)
        return
    Registry.here().execute(command, RunContext(SERVICE, as_of, request.run_id))


def _form(
    request: ApprovalRequest, objection: Objection, as_of: datetime | None, missing: list[RequiredRole]
) -> type[RunInput]:
    """Return the form for the present state; `missing` receives the roles that still have to sign."""
    shown = approval_snapshot(Registry.here(), request.key, moment(meanwhile(as_of)))
    description = describe_request(shown, objection)
    missing[:] = [RequiredRole(role=role, count=count) for role, count in shown.missing.items()]
    hint = f"{CONDITIONS} Example: {_example_day(request)} watch the wind"
    roles: Any = Literal[tuple(dict.fromkeys(one.role.value for one in request.required))]
    fields: dict[str, Any] = {
        "role": (roles, _role_field(shown)),
        "conditions": (str, Field(default="", title="Conditions", description=hint, max_length=4_000)),
    }
    form: type[ApprovalForm] = create_model("Approval", __base__=ApprovalForm, **fields)
    return form.with_initial_data(description=description)


def _role_field(shown: ApprovalSnapshot) -> Any:
    """Return the field that offers the requested roles; a role is preselected when only one is still missing."""
    roles = list(dict.fromkeys(one.role.value for one in shown.request.required))
    needed = [role.value for role in shown.missing]
    options: dict[str, Any] = {"title": "Role in which you sign", "json_schema_extra": {"enum": roles}}
    preferred = needed if len(needed) == 1 else roles
    return Field(default=preferred[0], **options) if len(preferred) == 1 else Field(**options)


def _example_day(request: ApprovalRequest) -> str:
    return f"{request.expires_at + timedelta(days=30):%Y-%m-%d}"


def _settle(request: ApprovalRequest, answer: FormAnswer, context: RunContext) -> AnswerOutcome:
    """Record one answer. A request whose evidence or bytes changed is withdrawn, and the flow ends.

    A person who typed the digest of another request may have read that request, so this person is asked again; the same
    happens when bytes cannot be read at present. Votes recorded before remain valid.
    """
    registry, as_of = Registry.here(), meanwhile(context.as_of)
    try:
        command = _decision(request, answer, recompute_digests(request), moment(as_of))
        receipt = registry.execute(command, RunContext(Actor(id=command.proof.person), as_of, context.run_id))
    except (StaleEvidenceError, DigestMismatchError) as error:
        if isinstance(error, StaleEvidenceError) and not confirms(_form_of(answer).confirm, request.request_digest):
            return refused(error, new_code=True)
        void = WithdrawRequest(key=request.key, reason=error.what)
        registry.execute(void, RunContext(SERVICE, as_of, context.run_id))
        raise
    except RequestClosedError:
        return AnswerOutcome(done=True)
    except (RefusedError, InputError, ArtifactError) as error:
        return refused(error, new_code=True)
    give_receipt(receipt, command.proof.person, command.decision)
    return AnswerOutcome(done=True, result=_result(command, receipt))


def _result(command: Decide, receipt: Receipt) -> str:
    """Return the decision, its person and the new state of the request, like `approve by alma, request approved`."""
    states = [row.state for row in receipt.rows_of(ApprovalRequest)]
    return f"{command.decision} by {command.proof.person}, request {states[0] if states else 'pending'}"


def _decision(request: ApprovalRequest, answer: FormAnswer, now: Digests, at: datetime) -> Decide:
    """Return the entered values as a command. Raises InputError for values that are invalid without any rule."""
    entered = _form_of(answer)
    person, role = entered.person.strip().lower(), Role(entered.role)
    return Decide(
        key=request.key,
        run_id=request.run_id,
        decision=entered.decision,
        role=role,
        meaning=_meaning(entered),
        comment=entered.comment,
        conditions=read_conditions(entered.conditions, entered.decision, _example_day(request)),
        confirmed=entered.confirm,
        evidence_digest=now.evidence_digest,
        standards_digest=now.standards_digest,
        artifact_digest=now.artifact_digest,
        deputy_of=entered.deputy_of.strip().lower() or _represented_person(request, person, role, at),
        proof=answer.proof(person, entered.code),
    )


def _form_of(answer: FormAnswer) -> ApprovalForm:
    assert isinstance(answer.entered, ApprovalForm)
    return answer.entered


def _meaning(answer: ApprovalForm) -> str:
    if not answer.meaning.strip():
        raise InputError("the meaning of the signature is empty", "enter in a few words what your signature means")
    return answer.meaning


def _represented_person(request: ApprovalRequest, person: str, role: Role, at: datetime) -> str | None:
    """Return the person that a deputy signs for, or None for a person who holds the role."""
    eligible = approval_snapshot(Registry.here(), request.key, at).eligible
    return next((one.deputy_of for one in eligible if (one.person, one.role) == (person, role)), None)
