"""The form an approver fills in, and what the registry makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from prefect.input import RunInput
from pydantic import Field, SecretStr, create_model

from data.approvals import confirms
from data.command import Command, Proof
from data.commands.approval import Decide, ExpireRequest, WithdrawRequest
from data.errors import ArtifactError, InputError, RefusedError, RequestClosedError, StaleEvidenceError
from data.records.approval import ApprovalRequest, Condition, Decision, Vote
from data.records.instant import read_instant
from data.records.names import short
from data.records.person import SERVICE, Actor, Role
from data.registry import Registry
from tasks.await_people import Settled, gate, refused
from tasks.business_time import meanwhile, moment
from tasks.describe_request import describe_request
from tasks.recompute_digests import Digests, recompute_digests


class ApprovalForm(RunInput):
    """What an approver enters; all of it is hostile until the registry has judged it."""

    person: str = Field(title="Your id on the roster", max_length=128)
    role: str = Field(title="Role you sign in", max_length=32)
    decision: Decision = Field(title="Decision")
    confirm: str = Field(title="Last 8 characters of the request's digest", min_length=8, max_length=71)
    code: SecretStr = Field(title="One-time code", max_length=16)
    meaning: str = Field(default="I reviewed the evidence", title="What your signature means", max_length=500)
    comment: str = Field(default="", title="Comment", max_length=4_000)
    conditions: str = Field(
        default="", title="Conditions, one a line: due date, then what must be done", max_length=4_000
    )


def await_decisions(request: ApprovalRequest, as_of: datetime | None) -> ApprovalRequest:
    """Wait until the registry has the request decided; a pending one is asked on.

    Raises RequestClosedError when it expired, was rejected or returned, StaleEvidenceError when it became void.
    """
    while current(request.key).state == "pending":
        patience = request.expires_at - moment(meanwhile(as_of))
        if patience <= timedelta(0):
            _close(request, as_of)
            break
        try:
            gate(
                "approval",
                request.key,
                lambda reason: _form(request, reason),
                lambda answer: _settle(request, answer, as_of),
                patience,
                as_of,
            )
        except RequestClosedError as error:
            _close(request, as_of, error.what)
            raise
    standing = current(request.key)
    if standing.state != "approved":
        reason = f": {standing.reason}" if standing.reason else ""
        raise RequestClosedError(f"the request on {short(request.subject)} is {standing.state}{reason}")
    return standing


def current(key: str) -> ApprovalRequest:
    """The request as it stands in the registry now."""
    with Registry.here().reading() as state:
        return state.need(ApprovalRequest, key)


def _close(request: ApprovalRequest, as_of: datetime | None, reason: str = "") -> None:
    """Nobody waits for an answer any more: the request has expired, or is taken back when it ran still."""
    as_of = meanwhile(as_of)
    command: Command = ExpireRequest(key=request.key)
    if moment(as_of) < request.expires_at:
        command = WithdrawRequest(key=request.key, reason=reason)
    if current(request.key).state == "pending":
        Registry.here().execute(command, SERVICE, as_of=as_of, run_id=request.run_id)


def _form(request: ApprovalRequest, reason: str) -> type[RunInput]:
    registry = Registry.here()
    with registry.reading() as state:
        votes = state.find(Vote, request=request.key)
        description = describe_request(state, request, votes, reason)
    roles = tuple(dict.fromkeys(one.role.value for one in request.required))
    choice: Any = Literal[roles]
    form = create_model("Approval", __base__=ApprovalForm, role=(choice, Field(title="Role you sign in")))
    return form.with_initial_data(description=description)


def _settle(request: ApprovalRequest, answer: RunInput, as_of: datetime | None) -> Settled:
    """Hand one answer to the registry. A void request is withdrawn and ends the flow.

    Whoever typed another digest than this request's may have read another request: they are asked again.
    """
    registry, as_of = Registry.here(), meanwhile(as_of)
    assert isinstance(answer, ApprovalForm)
    try:
        command = _decision(request, answer, recompute_digests(request))
        registry.execute(command, Actor(id=answer.person), as_of=as_of, run_id=request.run_id)
    except (StaleEvidenceError, ArtifactError) as error:
        if isinstance(error, StaleEvidenceError) and not confirms(answer.confirm, request.request_digest):
            return refused(error)
        void = WithdrawRequest(key=request.key, reason=error.what)
        registry.execute(void, SERVICE, as_of=as_of, run_id=request.run_id)
        raise
    except RequestClosedError:
        return Settled(done=True)
    except (RefusedError, InputError) as error:
        return refused(error)
    return Settled(done=True)


def _decision(request: ApprovalRequest, answer: ApprovalForm, now: Digests) -> Decide:
    return Decide(
        key=request.key,
        run_id=request.run_id,
        decision=answer.decision,
        role=Role(answer.role),
        meaning=answer.meaning,
        comment=answer.comment,
        conditions=_conditions(answer.conditions),
        confirmed=answer.confirm,
        evidence_digest=now.evidence_digest,
        standards_digest=now.standards_digest,
        artifact_digest=now.artifact_digest,
        proof=Proof(person=answer.person, code=answer.code.get_secret_value()),
    )


def _conditions(text: str) -> tuple[Condition, ...]:
    """One condition a line, `2013-05-01 what must be done`. Raises InputError."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [line.partition(" ") for line in lines]
    return tuple(Condition(text=what.strip(), due_at=read_instant(due)) for due, _, what in pairs)
