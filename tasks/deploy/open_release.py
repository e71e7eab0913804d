"""Open an emergency release: judge the controls that apply in an emergency, and record it under one person's code."""

from __future__ import annotations

from datetime import datetime, timedelta

from data.errors import InputError
from data.queries.evidence_in_force import evidence_in_force
from data.records.approval import ApprovalRequest
from data.records.deployment import SlotName
from data.records.instant import in_utc
from data.records.names import short
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.command import Proof
from data.registry.commands.emergency import ReleaseInEmergency
from data.registry.registry import Registry
from data.text.counted import counted
from gates.approval_rule import required
from gates.oversight import EmergencyRule
from gates.standard import emergency_for
from tasks.approve.recompute_digests import verified_artifact
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.take_steps import PLAIN_CALLS
from tasks.validate.judge_version import judge_version
from tasks.validate.reject_version import refuse_unless_cleared


def open_release(
    version: str,
    environment: str,
    slot: SlotName,
    use: str,
    reason: str,
    until: datetime | None,
    proof: Proof,
    run: RunContext,
) -> ApprovalRequest:
    """Open the request under which the version may be published now; without `until` for the longest time allowed.

    Raises GateRefusedError when the standard allows no emergency release or a control fails, InputError when `until` is
    too late, and the errors of the registry's rules. Nothing is published in these cases.
    """
    registry, now = Registry.here(), moment(run.as_of)
    facts = evidence_in_force(registry, version, environment, use)
    evidence = facts.evidence
    rule = emergency_for(in_force(facts.adopted, evidence.model).first, evidence.model.tier)
    ends = _end(version, until, rule, now)
    judged = PLAIN_CALLS.take(judge_version, version, "emergency", environment, use, run)
    refuse_unless_cleared(judged)
    command = ReleaseInEmergency(
        version=version,
        environment=environment,
        slot=slot,
        use=use,
        reason=reason,
        until=ends,
        release_roles=rule.release_roles,
        required=required(rule.ratify_roles),
        standing_days=rule.standing_days,
        evidence_digest=judged.evidence_digest,
        standards_digest=judged.standards_digest,
        artifact_digest=verified_artifact(registry.home, evidence.version),
        verdict_set=judged.key,
        proof=proof,
    )
    receipt = registry.execute(command, RunContext(Actor(id=proof.person), run.as_of, run.run_id))
    return receipt.row(ApprovalRequest)


def _end(version: str, until: datetime | None, rule: EmergencyRule, now: datetime) -> datetime:
    latest = now + timedelta(hours=rule.ratify_hours)
    if until is None:
        return latest
    if in_utc(until) > latest:
        raise InputError(
            f"an emergency release of {short(version)} may last at most {counted(rule.ratify_hours, 'hour')}, until "
            f"{latest:%Y-%m-%d %H:%M} UTC; {in_utc(until):%Y-%m-%d %H:%M} is later",
            "omit the end, or choose an earlier one; after its ratification the release may continue",
        )
    return in_utc(until)
