"""Have the whole plan of a retirement approved by the people its standard names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from data.records.approval import ApprovalRequest
from data.records.model import Model
from data.records.names import short
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.approval import RequestApproval
from data.registry.commands.retirement import ApproveRetirement
from data.registry.registry import Registry
from data.registry.rules.retirement import retirement_digest
from data.registry.rules.retirement_party import PLANNING
from gates.approval_rule import required
from gates.standard import retirement_for
from tasks.approve.ask_approvers import await_decisions
from tasks.notify.notify_approvers import notify_approvers
from tasks.run.business_time import meanwhile, moment
from tasks.run.load_standards import standards_of

ENVIRONMENT = "production"


def approve_retirement(key: str, run: RunContext) -> None:
    """Ask, wait, and let the registry move the retirement on; one that is approved already is left alone.

    Raises RequestClosedError when it was rejected, returned or not decided in time, StaleEvidenceError when the plan
    changed meanwhile, TransitionIncompleteError.
    """
    registry = Registry.here()
    with registry.reading() as state:
        retirement = state.need(Retirement, key)
    if retirement.state not in PLANNING:
        return
    request = asked_already(key, run) or request_retirement(key, run)
    approved = await_decisions(request, run)
    now = meanwhile(run.as_of)
    registry.execute(ApproveRetirement(key=key, request=approved.key), RunContext(run.actor, now, run.run_id))


def request_retirement(key: str, run: RunContext) -> ApprovalRequest:
    """Open the request, bound to impact, sunset, and each party's answer and transition."""
    registry, run = Registry.here(), replace(run, as_of=meanwhile(run.as_of))
    with registry.reading() as state:
        retirement = state.need(Retirement, key)
        version, model = state.need(Version, retirement.subject), state.need(Model, retirement.model)
        in_force, digest = standards_of(state, model), retirement_digest(state, key)
    rule = retirement_for(in_force.first, model.tier)
    command = RequestApproval(
        about=key,
        purpose="retire",
        environment=ENVIRONMENT,
        use=f"the end of {short(version.key)}",
        required=required(rule.roles),
        tier=model.tier,
        change_class=version.change.change_class,
        evidence_digest=digest,
        standards_digest=in_force.digest,
        artifact_digest=version.artifact.digest,
        expires_at=moment(run.as_of) + timedelta(days=rule.request_days),
        approval_days=rule.request_days,
    )
    receipt = registry.execute(command, run)
    asked = receipt.row(ApprovalRequest)
    notify_approvers(asked.key, run.as_of)
    return asked


def asked_already(key: str, run: RunContext) -> ApprovalRequest | None:
    """What was asked about this very plan: approved and still good, or pending in this run."""
    now = moment(meanwhile(run.as_of))
    with Registry.here().reading() as state:
        digest = retirement_digest(state, key)
        asked = state.find(ApprovalRequest, subject=key, purpose="retire", evidence_digest=digest)
    good = [one for one in asked if _is_good(one, now) or (one.state == "pending" and one.run_id == run.run_id)]
    return good[-1] if good else None


def _is_good(request: ApprovalRequest, now: datetime) -> bool:
    return request.state == "approved" and request.valid_until is not None and request.valid_until > now
