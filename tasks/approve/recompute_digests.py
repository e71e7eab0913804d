"""What is there now: the digests an approval was bound to, computed afresh from evidence, standards and bytes."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import StaleEvidenceError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.records.approval import ApprovalRequest
from data.records.evidence import Evidence
from data.records.model import Model
from data.records.names import short
from data.records.retirement import Retirement
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.evidence import collect_evidence
from data.registry.registry import Registry
from data.registry.rules.retirement import retirement_digest
from tasks.run.load_standards import standards_of


@dataclass(frozen=True)
class Digests:
    """Evidence, standards and artifact as they are now, each `sha256:<hex>`."""

    evidence_digest: str
    standards_digest: str
    artifact_digest: str


def recompute_digests(request: ApprovalRequest) -> Digests:
    """The three digests for a request on a version or its retirement, under the standards it was opened with.

    Raises ArtifactError or DigestMismatchError when the artifact or a standard's text is missing or changed,
    StaleEvidenceError when another champion serves than the one that the version was judged against.
    """
    registry = Registry.here()
    if request.purpose == "retire":
        return _of_retirement(registry, request)
    if request.purpose == "release":
        return _of_release(registry, request)
    with registry.reading() as state:
        evidence = collect_evidence(state, request.subject, request.environment, request.use)
        if request.verdict_set is None:
            raise StaleEvidenceError(f"the request on {short(request.subject)} names no verdicts")
        verdicts = state.need(VerdictSet, request.verdict_set)
        _need_same_champion(evidence, verdicts)
        in_force = standards_of(state, evidence.model, verdicts.standards)
    return Digests(evidence.digest, in_force.digest, verified_artifact(registry.home, evidence.version))


def verified_artifact(home: Home, version: Version) -> str:
    """The digest of a version's artifact, its bytes read through. Raises ArtifactError or DigestMismatchError."""
    artifact = version.artifact
    if artifact.kind == "file":
        ArtifactStore(home.artifacts).verify(artifact.digest)
    return artifact.digest


def _need_same_champion(evidence: Evidence, verdicts: VerdictSet) -> None:
    now = evidence.champion.key if evidence.champion else None
    if now != verdicts.champion:
        then, here = (short(one) if one else "no other version" for one in (verdicts.champion, now))
        raise StaleEvidenceError(f"{short(verdicts.version)} was judged against {then}; {here} serves now")


def _of_release(registry: Registry, request: ApprovalRequest) -> Digests:
    """What is live was released on the evidence of its moment; its bytes and the standards are looked at again."""
    with registry.reading() as state:
        version = state.need(Version, request.subject)
        verdicts = state.need(VerdictSet, request.verdict_set or "")
        in_force = standards_of(state, state.need(Model, version.model), verdicts.standards)
    return Digests(request.evidence_digest, in_force.digest, verified_artifact(registry.home, version))


def _of_retirement(registry: Registry, request: ApprovalRequest) -> Digests:
    """A retirement is approved on its plan: impact, sunset, and every party's answer and transition."""
    with registry.reading() as state:
        version = state.need(Version, state.need(Retirement, request.subject).subject)
        in_force = standards_of(state, state.need(Model, version.model))
        return Digests(retirement_digest(state, request.subject), in_force.digest, version.artifact.digest)
