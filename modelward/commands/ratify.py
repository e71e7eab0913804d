"""Ratify what was done in haste, within its time: a rollback, a suspension, or an emergency release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelward.cli.options import AsOf, By, CodeFromStdin, Environment, Json, ModelName, RoleName, Slot

if TYPE_CHECKING:
    from data.records.approval import ApprovalRequest
    from data.records.deployment import Deployment
    from data.registry.registry import Receipt
    from modelward.cli.caller import Caller


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
    from data.errors import IllegalMoveError
    from data.queries.lookup import find_model, reference
    from data.registry.commands.deployment import RatifyDeployment
    from modelward.cli.caller import prove, speaker
    from modelward.cli.outcomes import newest_deployment
    from modelward.cli.terminal import show_receipt

    who = speaker(by, as_of)
    with who.registry.reading() as state:
        key = find_model(state, model).key
    deployment = newest_deployment(who.registry, key, environment, slot)
    if deployment is None or deployment.ratify_by is None:
        raise IllegalMoveError(f"nothing of {reference(key)} in {environment} ({slot}) waits for ratification")
    request = _release(who, deployment)
    if request is not None:
        receipt = _vote(who, request, role, confirm, "reject" if reject else "approve", comment, code_from_stdin)
        standing = receipt.row(ApprovalRequest)
        show_receipt(receipt, as_json, _undone(who, standing) if reject else _said(who, standing))
        return
    receipt = who.do(RatifyDeployment(key=deployment.key, proof=prove(who.actor.id, code_from_stdin)))
    show_receipt(receipt, as_json, f"ratified {reference(deployment.version)} in {environment} ({slot})")


def _release(who: Caller, deployment: Deployment) -> ApprovalRequest | None:
    """The request behind an emergency release; None for a rollback or suspension."""
    from data.records.approval import ApprovalRequest
    from data.registry.purposes import purpose_of

    with who.registry.reading() as state:
        request = state.get(ApprovalRequest, deployment.request) if deployment.request else None
    return (
        request
        if request is not None and purpose_of(request).serves_before_votes and deployment.state == "deployed"
        else None
    )


def _vote(
    who: Caller, request: ApprovalRequest, role: str | None, confirm: str, decision: str, comment: str, stdin: bool
) -> Receipt:
    """The person's vote, on the digests as they are now. Raises as the registry does."""
    from data.records.person import Role
    from data.registry.commands.approval import Decide
    from modelward.cli.caller import prove
    from tasks.approve.recompute_digests import recompute_digests

    signs_as, deputy_of = _capacity(who, request, role)
    now = recompute_digests(request)
    command = Decide(
        key=request.key,
        run_id=request.run_id,
        decision="approve" if decision == "approve" else "reject",
        role=Role(signs_as),
        meaning="I stand behind this release" if decision == "approve" else "I do not stand behind this release",
        comment=comment,
        confirmed=confirm or _confirmed(request),
        evidence_digest=now.evidence_digest,
        standards_digest=now.standards_digest,
        artifact_digest=now.artifact_digest,
        deputy_of=deputy_of,
        proof=prove(who.actor.id, stdin),
    )
    return who.do(command)


def _capacity(who: Caller, request: ApprovalRequest, role: str | None) -> tuple[str, str | None]:
    """The role and whom they stand in for, as the registry would let them; else what was asked, to be refused."""
    from data.registry.eligible_approvers import eligible_approvers
    from tasks.run.business_time import moment

    with who.registry.reading() as state:
        able = [one for one in eligible_approvers(state, request, moment(who.as_of)) if one.person == who.actor.id]
    fitting = [one for one in able if role in (None, one.role.value)]
    if fitting:
        return fitting[0].role.value, fitting[0].deputy_of
    return role or request.required[0].role.value, None


def _confirmed(request: ApprovalRequest) -> str:
    """What the person types after they read what it is about."""
    import sys

    from data.errors import InputError
    from data.queries.lookup import reference
    from data.registry.approvals import tail
    from modelward.cli.terminal import remark

    shown = f"{reference(request.key)}: {request.reason}; digest {request.request_digest}"
    if not sys.stdin.isatty():
        raise InputError("the digest of what is ratified is not confirmed", f"add --confirm; {shown}")
    remark(shown)
    return str(typer.prompt(f"Its last {len(tail(request.request_digest))} characters", err=True)).strip()


def _undone(who: Caller, request: ApprovalRequest) -> str:
    """Undo it now that it is refused. The refusal stands whatever becomes of this: it is said first."""
    from data.queries.lookup import reference
    from data.records.run_context import RunContext
    from modelward.cli.terminal import remark
    from tasks.deploy.undo_release import undo_release

    name = reference(request.subject)
    remark(
        f"the release of {name} is refused, which is recorded; if it cannot be undone now, `modelward reconcile` will"
    )
    return undo_release(request.key, RunContext(who.actor, who.as_of, "")) or f"the release of {name} serves no more"


def _said(who: Caller, request: ApprovalRequest) -> str:
    """What the registry made of the signature, by the request as it stands now."""
    from data.queries.lookup import reference
    from modelward.runs.waiting import missing_roles

    name = reference(request.subject)
    if request.state == "approved":
        return f"the release of {name} is ratified; have it approved with `modelward deploy` before its days are over"
    with who.registry.reading() as state:
        wanted = ", ".join(f"{count} × {role}" for role, count in missing_roles(state, request).items())
    return f"your signature is recorded; the release of {name} still needs {wanted}"
