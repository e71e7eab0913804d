"""Publish an approved version and verify the published bytes before one event records that the version serves."""

from __future__ import annotations

from data.files.serving import SlotAddress
from data.queries import run_progress
from data.queries.serving_operations import deployment_by
from data.records.approval import ApprovalRequest
from data.records.names import model_of
from data.records.run_context import RunContext
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.registry import Registry
from tasks.approve.recompute_digests import recompute_digests
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.run.business_time import moment
from tasks.run.take_steps import PLAIN_CALLS, Steps


def publish_version(request: ApprovalRequest, context: RunContext, steps: Steps = PLAIN_CALLS) -> str:
    """Lock, publish, verify, supersede; return the deployment's key. After a failure the former version serves again.

    Raises StaleEvidenceError, DigestMismatchError, BusyError, PublishError.
    """
    found = run_progress.published_by_run(Registry.here(), request.subject, context.run_id)
    if found.deployment is not None:
        return found.deployment.key
    model = model_of(request.subject)
    version = found.version
    place = SlotAddress(model, request.environment, request.slot)
    at = moment(context.as_of)
    change = ServingChange(
        place=place,
        begin=lambda: _intent(request),
        act=lambda target: target.publish(place, version, request.use, at, context.run_id),
        verify=lambda target: target.verify(place, version),
        complete=lambda manifest: CompleteDeployment(model=model, manifest_digest=manifest),
        acting=f"publish v{version.number} to {place.environment}",
        check=f"verify digest of v{version.number}",
    )
    return carry_out(change, context, steps).subject


def published_by_run(version: str, run_id: str) -> str | None:
    """Return the deployment that this run made before it was started again, or None."""
    done = deployment_by(Registry.here(), model_of(version), run_id)
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
