"""Request the approvals that the standard demands, bound to evidence, standards and artifact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from data.queries.evidence_in_force import evidence_in_force
from data.queries.run_progress import request_of_run
from data.records.approval import ApprovalRequest, RequiredRole
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.registry.commands.approval import RequestApproval
from data.registry.registry import Registry
from data.text.counted import counted
from gates.standard import approvals_for, separates_validator
from tasks.approve.recompute_digests import verified_artifact
from tasks.notify.notify_approvers import notify_approvers
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.take_steps import name_step, step


@step("request approval")
def request_approval(verdicts: VerdictSet, use: str, slot: str, context: RunContext) -> ApprovalRequest:
    """Verify the artifact and open the approval request for a version under its verdict set.

    Raises ArtifactError or DigestMismatchError, and the errors of the registry's rules.
    """
    registry = Registry.here()
    facts = evidence_in_force(registry, verdicts.version, verdicts.environment, use)
    evidence = facts.evidence
    standards = in_force(facts.adopted, evidence.model, verdicts.standards)
    change_class = evidence.version.change.change_class
    demand = approvals_for(standards.first, evidence.model.tier, change_class, verdicts.environment)
    command = RequestApproval(
        about=verdicts.version,
        environment=verdicts.environment,
        use=use,
        slot=slot,
        required=demand.roles,
        tier=evidence.model.tier,
        change_class=change_class,
        evidence_digest=verdicts.evidence_digest,
        standards_digest=verdicts.standards_digest,
        artifact_digest=verified_artifact(registry.home, evidence.version),
        verdict_set=verdicts.key,
        apart_from_validator=any(
            separates_validator(one, evidence.model.tier, change_class)
            for one, mode in standards.standards
            if mode == "enforce"
        ),
        expires_at=moment(context.as_of) + timedelta(days=demand.request_days),
        approval_days=demand.approval_days,
    )
    receipt = registry.execute(command, context)
    request = receipt.row(ApprovalRequest)
    notify_approvers(request.key, context.as_of)
    name_step(f"request {signer_counts(request.required)} for {request.environment}", request=request.key)
    return request


def signer_counts(required: Sequence[RequiredRole]) -> str:
    """Return how many people must sign, by role, as text: `2 approvers, 1 owner`."""
    counts: Counter[str] = Counter()
    for role in required:
        counts[role.role.value] += role.count
    return ", ".join(counted(count, role) for role, count in counts.items())


def approval_of_run(version: str, run_id: str) -> ApprovalRequest | None:
    """Return the request that this run opened before it was started again, or None."""
    return request_of_run(Registry.here(), version, run_id)
