"""Ratify an urgent operation within its time: a rollback, a suspension, or an emergency release."""

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
from modelward.cli.options import AsOf, By, CodeFromStdin, Environment, Json, ModelName, RoleName, Slot
from modelward.cli.terminal import remark, show_receipt
from tasks.approve.recompute_digests import recompute_digests
from tasks.run.business_time import moment


def ratify(
    model: ModelName,
    environment: Environment = "production",
    slot: Slot = "champion",
    role: Annotated[
        RoleName | None, typer.Option("--role", help="Of an emergency release: the role you sign in.")
    ] = None,
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="DIGEST", help="Of an emergency release: the last 8 of its digest.")
    ] = "",
    reject: Annotated[bool, typer.Option("--reject", help="Of an emergency release: it is undone at once.")] = False,
    comment: Annotated[str, typer.Option("--comment", help="Kept with your vote.")] = "",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Ratify the newest rollback, suspension or emergency release of a model, done by somebody else."""
    who = identify(by, as_of)
    found = urgent_operation(who.registry, model, environment, slot, moment(who.as_of))
    deployment = found.deployment
    if deployment is None or deployment.ratify_by is None:
        name = reference(found.model.key)
        raise IllegalMoveError(f"nothing of {name} in {environment} ({slot}) waits for ratification")
    if found.release is not None:
        vote = _Vote(role, confirm, "reject" if reject else "approve", comment, code_from_stdin)
        receipt = _give(who, found.release, found.eligible, vote)
        request = receipt.row(ApprovalRequest)
        show_receipt(receipt, as_json, _undone(who, request) if reject else _result(who, request))
        return
    receipt = who.do(RatifyDeployment(key=deployment.key, proof=prove(who.actor.id, code_from_stdin)))
    show_receipt(receipt, as_json, f"ratified {reference(deployment.version)} in {environment} ({slot})")


@dataclass(frozen=True)
class _Vote:
    """What the person typed: the role they sign in, the digest's end, the decision, a comment, where the code is."""

    role: str | None
    confirm: str
    decision: Literal["approve", "reject"]
    comment: str
    code_from_stdin: bool


def _give(who: Caller, request: ApprovalRequest, eligible: Sequence[EligibleApprover], vote: _Vote) -> Receipt:
    """Record the person's vote, on the digests as they are now. Raises as the registry does."""
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
        confirmed=vote.confirm or _confirmed(request),
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
    """The role and the person represented, as the registry allows; else the role that was typed, which it refuses."""
    own = [one for one in eligible if one.person == who.actor.id and role in (None, one.role.value)]
    if own:
        return own[0].role, own[0].deputy_of
    return Role(role) if role else request.required[0].role, None


def _confirmed(request: ApprovalRequest) -> str:
    """What the person types after they read what it is about."""
    shown = f"{reference(request.key)}: {request.reason}; digest {request.request_digest}"
    if not sys.stdin.isatty():
        raise InputError("the digest of what is ratified is not confirmed", f"add --confirm; {shown}")
    remark(shown)
    return str(typer.prompt(f"Its last {len(tail(request.request_digest))} characters", err=True)).strip()


def _undone(who: Caller, request: ApprovalRequest) -> str:
    """Undo the release. The rejection stands even if this fails, so it is reported first."""
    from tasks.deploy.undo_release import undo_release  # noqa: PLC0415 – imports Prefect

    name = reference(request.subject)
    remark(f"the rejection of the release of {name} is recorded; `modelward reconcile` undoes it if this cannot")
    return undo_release(request.key, RunContext(who.actor, who.as_of, "")) or f"the release of {name} no longer serves"


def _result(who: Caller, request: ApprovalRequest) -> str:
    """What the signature led to, by the request as it is now."""
    name = reference(request.subject)
    if request.state == "approved":
        return f"the release of {name} is ratified; have it approved with `modelward deploy` before its days are over"
    missing = missing_signatures(who.registry, request.key)
    needed = ", ".join(f"{count} × {role.value}" for role, count in missing.items())
    return f"your signature is recorded; the release of {name} still needs {needed}"
