"""Have the plan of a retirement approved by the roles that its standard requires."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from data.queries.retirements import RetirementSnapshot, retirement_snapshot
from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.commands.approval import RequestApproval
from data.registry.commands.retirement import ApproveRetirement
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING
from data.text.counted import counted
from gates.approval_rule import required
from gates.standard import retirement_for
from tasks.approve.ask_approvers import await_decisions
from tasks.notify.notify_approvers import notify_approvers
from tasks.run.business_time import meanwhile, moment
from tasks.run.load_standards import in_force
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step

ENVIRONMENT = "production"


def approve_retirement(key: str, context: RunContext, steps: Steps = PLAIN_CALLS) -> None:
    """Request the approval, wait for it and record it; nothing is done for a retirement that is approved already.

    Raises RequestClosedError when the request was rejected, returned or expired, StaleEvidenceError when the plan
    changed before the approval, TransitionIncompleteError when a consumer has no successor.
    """
    if retirement_snapshot(Registry.here(), key).retirement.state not in PLANNING:
        return
    request = known_request(key, context) or steps.take(request_retirement, key, context)
    approved = await_decisions(request, context, steps)
    steps.take(record_approval, key, approved.key, replace(context, as_of=meanwhile(context.as_of)))


@step("record approval")
def record_approval(key: str, request: str, context: RunContext) -> None:
    """Record that a request approved the retirement."""
    Registry.here().execute(ApproveRetirement(key=key, request=request), context)
    name_step("approve the plan of the retirement", retirement=key)


@step("request approval")
def request_retirement(key: str, context: RunContext) -> ApprovalRequest:
    """Open the approval request, bound to the impact, the sunset, and each party's answer and transition."""
    registry, context = Registry.here(), replace(context, as_of=meanwhile(context.as_of))
    found = retirement_snapshot(registry, key)
    version, model = found.version, found.model
    standards = in_force(found.standards, model)
    rule = retirement_for(standards.first, model.tier)
    command = RequestApproval(
        about=key,
        purpose="retire",
        environment=ENVIRONMENT,
        use=f"the end of {short(version.key)}",
        required=required(rule.roles),
        tier=model.tier,
        change_class=version.change.change_class,
        evidence_digest=found.plan_digest,
        standards_digest=standards.digest,
        artifact_digest=version.artifact.digest,
        expires_at=moment(context.as_of) + timedelta(days=rule.request_days),
        approval_days=rule.request_days,
    )
    receipt = registry.execute(command, context)
    request = receipt.row(ApprovalRequest)
    notify_approvers(request.key, context.as_of)
    needed = sum(one.count for one in request.required)
    name_step(f"request approval of the plan: {counted(needed, 'signature')}", request=request.key)
    return request


def known_request(key: str, context: RunContext) -> ApprovalRequest | None:
    """Return the request about the present plan that is valid and approved, or pending in this run; None otherwise."""
    now = moment(meanwhile(context.as_of))
    found = retirement_snapshot(Registry.here(), key)
    usable = [one for one in _about_plan(found) if _is_valid(one, now) or _is_pending_in(one, context.run_id)]
    return usable[-1] if usable else None


def _about_plan(found: RetirementSnapshot) -> list[ApprovalRequest]:
    return [one for one in found.requests if one.evidence_digest == found.plan_digest]


def _is_pending_in(request: ApprovalRequest, run_id: str) -> bool:
    return request.state == "pending" and request.run_id == run_id


def _is_valid(request: ApprovalRequest, now: datetime) -> bool:
    return request.state == "approved" and request.valid_until is not None and request.valid_until > now
