"""Ask for the approvals that the standard demands, bound to evidence, standard and artifact."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.records.approval import ApprovalRequest
from data.records.person import Actor
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.registry.commands.approval import RequestApproval
from data.registry.evidence import collect_evidence
from data.registry.registry import Registry
from gates.standard import approvals_for, separates_validator
from tasks.approve.recompute_digests import verified_artifact
from tasks.notify.notify_approvers import notify_approvers
from tasks.run.business_time import moment
from tasks.run.load_standards import standards_of


@task(name="request approval", cache_policy=NO_CACHE, persist_result=False)
def request_approval(
    verdicts: VerdictSet, use: str, slot: str, actor: Actor, as_of: datetime | None, run_id: str
) -> ApprovalRequest:
    """Open the request for a version under the verdicts that cleared it; nobody is asked about damaged bytes.

    Raises ArtifactError or DigestMismatchError, and as the registry does.
    """
    registry = Registry.here()
    with registry.reading() as state:
        evidence = collect_evidence(state, verdicts.version, verdicts.environment, use)
        in_force = standards_of(state, evidence.model, verdicts.standards)
    change_class = evidence.version.change.change_class
    demand = approvals_for(in_force.first, evidence.model.tier, change_class, verdicts.environment)
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
            for one, mode in in_force.standards
            if mode == "enforce"
        ),
        expires_at=moment(as_of) + timedelta(days=demand.request_days),
        approval_days=demand.approval_days,
    )
    receipt = registry.execute(command, RunContext(actor, as_of, run_id))
    asked = receipt.row(ApprovalRequest)
    notify_approvers(asked.key, as_of)
    return asked


def approval_of_run(version: str, run_id: str) -> ApprovalRequest | None:
    """The request this run has opened already, when it comes through again from the top."""
    with Registry.here().reading() as state:
        known = [one for one in state.find(ApprovalRequest, subject=version) if run_id and one.run_id == run_id]
    return known[-1] if known else None
