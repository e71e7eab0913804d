"""Publish an approved version: what is published is verified before one event says that it serves."""

from __future__ import annotations

from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.files.serving import Place, ServingTarget
from data.records.approval import ApprovalRequest
from data.records.names import model_of
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.registry import Registry
from data.registry.rules.operation import deployment_of_run
from tasks.approve.recompute_digests import recompute_digests
from tasks.deploy.carry_out_operation import carry_out
from tasks.run.business_time import moment


@task(name="publish version", cache_policy=NO_CACHE, persist_result=False)
def publish_version(request: ApprovalRequest, actor: Actor, as_of: datetime | None, run_id: str) -> str:
    """Lock, publish, verify, supersede; answers the deployment's key. On any failure the former version serves again.

    Raises StaleEvidenceError, DigestMismatchError, BusyError, PublishError.
    """
    done = published_by_run(request.subject, run_id)
    if done is not None:
        return done
    model = model_of(request.subject)
    with Registry.here().reading() as state:
        version = state.need(Version, request.subject)
    place = Place(model, request.environment, request.slot)

    def act(target: ServingTarget) -> str:
        target.publish(place, version, request.use, moment(as_of), run_id)
        return target.verify(place, version)

    receipt = carry_out(
        _intent(request),
        act,
        lambda manifest: CompleteDeployment(model=model, manifest_digest=manifest),
        RunContext(actor, as_of, run_id),
    )
    return receipt.subject


def published_by_run(version: str, run_id: str) -> str | None:
    """The deployment this run has brought about already, when it comes through again from the top."""
    with Registry.here().reading() as state:
        done = deployment_of_run(state, model_of(version), run_id)
    return done.key if done is not None else None


def _intent(request: ApprovalRequest) -> BeginOperation:
    digests = recompute_digests(request)
    return BeginOperation(
        model=model_of(request.subject),
        kind="deploy",
        environment=request.environment,
        slot=request.slot,
        version=request.subject,
        request=request.key,
        evidence_digest=digests.evidence_digest,
        standards_digest=digests.standards_digest,
        artifact_digest=digests.artifact_digest,
    )
