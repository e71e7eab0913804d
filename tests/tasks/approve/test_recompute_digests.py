"""The digests that an approval is bound to, computed from the present evidence, standards and bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import ArtifactError, DigestMismatchError, StaleEvidenceError
from data.records.approval import ApprovalRequest
from data.records.log import Standard
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.review import OpenFinding
from tasks.approve.recompute_digests import Digests, recompute_digests
from tasks.approve.request_approval import request_approval
from tasks.validate.judge_version import judge_version
from tests.judged_model import DEV, USE, V1, adopt, standard_text
from tests.operations import deployed
from tests.world import World


@pytest.fixture
def pending(validated: World) -> ApprovalRequest:
    """Return a pending request on version 1."""
    verdicts: VerdictSet = judge_version.fn(V1, "approve", "production", USE, RunContext(DEV, validated.now, "run-d"))
    pending: ApprovalRequest = request_approval.fn(verdicts, USE, "champion", RunContext(DEV, validated.now, "run-d"))
    return pending


def bound(request: ApprovalRequest) -> Digests:
    return Digests(request.evidence_digest, request.standards_digest, request.artifact_digest)


def test_without_a_change_the_digests_are_those_of_the_request(validated: World, pending: ApprovalRequest) -> None:
    assert recompute_digests(pending) == bound(pending)


def test_a_newer_standard_does_not_change_the_digests_of_an_open_request(
    validated: World, pending: ApprovalRequest
) -> None:
    adopt(validated, standard_text(version=3, approvers=3))
    assert recompute_digests(pending) == bound(pending)


def test_new_evidence_changes_the_evidence_digest(validated: World, pending: ApprovalRequest) -> None:
    values = {"title": "no wind", "text": "in March", "owner": "dev", "due_at": validated.now + timedelta(days=9)}
    validated.do(OpenFinding(version=V1, severity="low", **values), by="vera")
    assert recompute_digests(pending).evidence_digest == validated.digest(V1) != pending.evidence_digest


def test_another_champion_is_refused_as_stale_evidence(validated: World, pending: ApprovalRequest) -> None:
    deployed(validated)
    with pytest.raises(
        StaleEvidenceError, match="ops/delay v1 was judged with no version as champion; ops/delay v2 is"
    ):
        recompute_digests(pending)


def test_a_request_without_verdicts_is_refused_as_stale_evidence(validated: World, pending: ApprovalRequest) -> None:
    with pytest.raises(StaleEvidenceError, match="refers to no verdict set"):
        recompute_digests(pending.model_copy(update={"verdict_set": None}))


@pytest.mark.parametrize("what", ["artifact", "standard"])
def test_artifact_bytes_are_read_again(validated: World, pending: ApprovalRequest, what: str) -> None:
    digests = {
        "artifact": validated.get(Version, V1).artifact.digest,
        "standard": validated.get(Standard, "standards/baseline/2").digest,
    }
    path = validated.artifacts.path(digests[what])
    path.chmod(0o600)
    path.write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        recompute_digests(pending)
    path.unlink()
    with pytest.raises(ArtifactError):
        recompute_digests(pending)
