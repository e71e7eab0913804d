"""Recompute the digests an approval is bound to from the present evidence, standards and artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data.errors import StaleEvidenceError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.evidence_in_force import deployment_facts, release_facts, retirement_facts
from data.records.approval import ApprovalRequest
from data.records.evidence import Evidence
from data.records.names import short
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.purposes import DEPLOY, RATIFY, RELEASE, RETIRE
from data.registry.registry import Registry
from tasks.run.load_standards import in_force


@dataclass(frozen=True)
class Digests:
    """The present digests of evidence, standards and artifact, each `sha256:<hex>`."""

    evidence_digest: str
    standards_digest: str
    artifact_digest: str


def recompute_digests(request: ApprovalRequest) -> Digests:
    """Return the three digests for a request, computed under the standards it was opened with.

    Raises ArtifactError or DigestMismatchError when the artifact or a standard's text is missing or changed,
    StaleEvidenceError when the champion is another one than when the version was judged.
    """
    return DIGESTS[request.purpose](Registry.here(), request)


def verified_artifact(home: Home, version: Version) -> str:
    """Verify the bytes of a version's artifact; return its digest. Raises ArtifactError or DigestMismatchError."""
    artifact = version.artifact
    if artifact.kind == "file":
        ArtifactStore(home.artifacts).verify(artifact.digest)
    return artifact.digest


def _require_same_champion(evidence: Evidence, verdicts: VerdictSet) -> None:
    now = evidence.champion.key if evidence.champion else None
    if now != verdicts.champion:
        then, here = (short(one) if one else "no version" for one in (verdicts.champion, now))
        raise StaleEvidenceError(
            f"{short(verdicts.version)} was judged with {then} as champion; {here} is champion now"
        )


def _of_deployment(registry: Registry, request: ApprovalRequest) -> Digests:
    facts = deployment_facts(registry, request)
    evidence, verdicts = facts.evidence, facts.verdicts
    assert evidence is not None
    if verdicts is None:
        raise StaleEvidenceError(
            f"the request on {short(request.subject)} refers to no verdict set", "open a new request"
        )
    _require_same_champion(evidence, verdicts)
    standards = in_force(facts.adopted, facts.model, verdicts.standards)
    return Digests(evidence.digest, standards.digest, verified_artifact(registry.home, facts.version))


def _of_release(registry: Registry, request: ApprovalRequest) -> Digests:
    """Return the digests for a ratification: the released evidence, but the present standards and bytes."""
    facts = release_facts(registry, request)
    standards = in_force(facts.adopted, facts.model, facts.verdicts.standards if facts.verdicts else ())
    return Digests(request.evidence_digest, standards.digest, verified_artifact(registry.home, facts.version))


def _of_retirement(registry: Registry, request: ApprovalRequest) -> Digests:
    """Return the digests for a retirement, whose evidence is its plan: impact, sunset, answers and transitions."""
    facts = retirement_facts(registry, request)
    return Digests(facts.plan_digest, in_force(facts.adopted, facts.model).digest, facts.version.artifact.digest)


DIGESTS: Mapping[str, Callable[[Registry, ApprovalRequest], Digests]] = {
    DEPLOY.name: _of_deployment,
    RATIFY.name: _of_deployment,
    RELEASE.name: _of_release,
    RETIRE.name: _of_retirement,
}
"""The function that computes the digests of a request, by the purpose of the request."""
