"""Emergency releases in the test world, each step in one call: opened by otto, published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from data.records.approval import ApprovalRequest, RequiredRole
from data.records.deployment import Deployment
from data.records.person import Role
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.commands.emergency import ReleaseInEmergency
from tests.operations import begin_deploy, complete_deploy
from tests.world import World


def release_command(world: World, version: str, /, by: str = "otto", **changes: Any) -> ReleaseInEmergency:
    """Judge a version for an emergency; return the command that opens its release."""
    if "verdict_set" not in changes:
        changes["verdict_set"] = world.judge(version, "emergency")
    verdicts = world.get(VerdictSet, changes["verdict_set"])
    fields: dict[str, Any] = {
        "version": version,
        "environment": "production",
        "use": "planning",
        "reason": "the champion scores everything as late",
        "until": world.now + timedelta(hours=20),
        "release_roles": (Role.OPERATOR,),
        "required": (RequiredRole(role=Role.APPROVER), RequiredRole(role=Role.OWNER)),
        "standing_days": 14,
        "evidence_digest": world.digest(version),
        "standards_digest": verdicts.standards_digest,
        "artifact_digest": world.get(Version, version).artifact.digest,
    }
    proof = changes.pop("proof", None) or world.proof(by)
    return ReleaseInEmergency(proof=proof, **{**fields, **changes})


def release_opened(world: World, version: str = "", /, by: str = "otto", **changes: Any) -> ApprovalRequest:
    """Open an emergency release; return the request under which it is published."""
    command = release_command(world, version or world.assessed(), by, **changes)
    return world.do(command, by=by, run_id=changes.get("run_id", "")).row(ApprovalRequest)


def released(world: World, version: str = "", run_id: str = "op-e", **changes: Any) -> Deployment:
    """Release a version in an emergency; return its deployment."""
    begin_deploy(world, release_opened(world, version, **changes), run_id)
    return complete_deploy(world, run_id).row(Deployment)


def request_of(world: World, deployment: Deployment) -> ApprovalRequest:
    """Return the present request of a released deployment."""
    return world.get(ApprovalRequest, deployment.request or "")
