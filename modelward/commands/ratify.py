"""Ratify a rollback, a suspension or an emergency release within its deadline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import typer

from data.errors import IllegalMoveError, InputError
from data.queries.lookup import reference
from data.queries.pending_work import missing_signatures
from data.queries.urgent_operations import urgent_operation
from data.records.approval import ApprovalRequest, EligibleApprover
from data.records.person import Role
from data.records.run_context import RunContext
from data.registry.approvals import tail
from data.registry.commands.approval import Decide
from data.registry.commands.deployment import RatifyDeployment
from data.registry.registry import Receipt
from modelward.cli.caller import Caller, identify, prove
from modelward.cli.options import AsOf, By, CodeFromStdin, EnvironmentOption, Json, ModelName, RoleName, SlotOption
from modelward.cli.terminal import remark, show_receipt
from tasks.approve.recompute_digests import recompute_digests
from tasks.run.business_time import moment


def ratify(
    model: ModelName,
    environment: EnvironmentOption = "production",
    slot: SlotOption = "champion",
    role: Annotated[
        RoleName | None, typer.Option("--role", help="Emergency release: the role in which you sign.")
    ] = None,
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="DIGEST", help="Emergency release: the last 8 digits of its digest.")
    ] = "",
    reject: Annotated[bool, typer.Option("--reject", help="Emergency release: reject and undo it.")] = False,
    comment: Annotated[str, typer.Option("--comment", help="A comment; it is recorded with your vote.")] = "",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Ratify another person's latest rollback, suspension or emergency release of a model."""
    who = identify(by, as_of)
    found = urgent_operation(who.registry, model, environment, slot, moment(who.as_of))
    deployment = found.deployment
    if deployment is None or deployment.ratify_by is None:
        name = reference(found.model.key)
        raise IllegalMoveError(
            f"no operation on {name} in {environment} ({slot}) waits for ratification",
            f"check --environment and --slot; `modelward history {name}` lists the operations",
        )
    if found.release is not None:
        vote = _Vote(role, confirm, "reject" if reject else "approve", comment, code_from_stdin)
        receipt = _record_vote(who, found.release, found.eligible, vote)
        request = receipt.row(ApprovalRequest)
        show_receipt(receipt, as_json, _undo(who, request) if reject else _result(who, request))
        return
    receipt = who.do(RatifyDeployment(key=deployment.key, proof=prove(who.actor.id, code_from_stdin)))
    show_receipt(receipt, as_json, f"ratified {reference(deployment.version)} in {environment} ({slot})")


@dataclass(frozen=True)
class _Vote:
    """The vote as typed; `confirm` is the end of the request's digest."""

    role: str | None
    confirm: str
    decision: Literal["approve", "reject"]
    comment: str
    code_from_stdin: bool


def _record_vote(who: Caller, request: ApprovalRequest, eligible: Sequence[EligibleApprover], vote: _Vote) -> Receipt:
    """Record a vote on the present digests. Raises the error with which the registry refuses the vote."""
    role, deputy_of = _capacity(who, request, eligible, vote.role)
    now = recompute_digests(request)
    approves = vote.decision == "approve"
    command = Decide(
        key=request.key,
        run_id=request.run_id,
        decision=vote.decision,
        role=role,
        meaning="I stand behind this release" if approves else "I do not stand behind this release",
        comment=vote.comment,
        confirmed=vote.confirm or _ask_digest(request),
        evidence_digest=now.evidence_digest,
        standards_digest=now.standards_digest,
        artifact_digest=now.artifact_digest,
        deputy_of=deputy_of,
        proof=prove(who.actor.id, vote.code_from_stdin),
    )
    return who.do(command)


def _capacity(
    who: Caller, request: ApprovalRequest, eligible: Sequence[EligibleApprover], role: str | None
) -> tuple[Role, str | None]:
    """Return the role and the person represented, as the registry allows them to the caller.

    Without such a role, return the role that was typed, so that the registry refuses and records the vote.
    """
    own = [one for one in eligible if one.person == who.actor.id and role in (None, one.role.value)]
    if own:
        return own[0].role, own[0].deputy_of
    return Role(role) if role else request.required[0].role, None


def _ask_digest(request: ApprovalRequest) -> str:
    """Show what is ratified, and return the digits of its digest that the person types. Raises InputError."""
    shown = f"{reference(request.key)}: {request.reason}; digest {request.request_digest}"
    if not sys.stdin.isatty():
        raise InputError("the digest of the release is not confirmed", f"add --confirm with its last digits; {shown}")
    remark(shown)
    return str(typer.prompt(f"Last {len(tail(request.request_digest))} digits of the digest", err=True)).strip()


def _undo(who: Caller, request: ApprovalRequest) -> str:
    """Undo the rejected release and return a sentence about it.

    The rejection is already recorded, so it is reported first, in case undoing fails.
    """
    from tasks.deploy.undo_release import undo_release  # noqa: PLC0415 – imports Prefect

    name = reference(request.subject)
    remark(
        f"the rejection of the release of {name} is recorded; if the release still serves, run `modelward reconcile`"
    )
    return undo_release(request.key, RunContext(who.actor, who.as_of, "")) or f"the release of {name} no longer serves"


def _result(who: Caller, request: ApprovalRequest) -> str:
    """Return a sentence on the release after the vote, from the state of its request."""
    name = reference(request.subject)
    if request.state == "approved":
        return f"the release of {name} is ratified; before it expires, have it approved with `modelward deploy`"
    missing = missing_signatures(who.registry, request.key)
    needed = ", ".join(f"{count} × {role.value}" for role, count in missing.items())
    return f"your vote is recorded; the release of {name} still needs {needed}"
