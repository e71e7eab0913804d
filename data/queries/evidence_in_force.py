"""The evidence on a version with the standards that were adopted: what a judgement and a request are made of."""

from __future__ import annotations

from dataclasses import dataclass

from data.records.approval import ApprovalRequest, Vote
from data.records.evidence import Evidence
from data.records.log import Standard
from data.records.model import Model
from data.records.retirement import Retirement
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.evidence import collect_evidence
from data.registry.registry import Registry
from data.registry.rules.retirement import retirement_digest
from data.registry.rules.version import latest_verdicts


@dataclass(frozen=True)
class EvidenceInForce:
    """The evidence on a version, and every version of every standard that was adopted, by key."""

    evidence: Evidence
    adopted: tuple[Standard, ...]


@dataclass(frozen=True)
class JudgingFacts:
    """What a judgement needs: evidence, standards, and the newest verdicts of the same stage.

    `opened_with` are the keys of the standards that the request was opened under; empty without a request.
    """

    evidence: Evidence
    adopted: tuple[Standard, ...]
    known: VerdictSet | None
    opened_with: tuple[str, ...]


@dataclass(frozen=True)
class RequestFacts:
    """What a request is bound to, as it is now. `evidence` is None where the subject is no version to be judged.

    `plan_digest` is that of a retirement's plan, `sha256:<hex>`; empty where the request is not about a retirement.
    """

    model: Model
    version: Version
    adopted: tuple[Standard, ...]
    verdicts: VerdictSet | None = None
    evidence: Evidence | None = None
    plan_digest: str = ""


def evidence_in_force(
    registry: Registry, version: str, environment: str = "production", use: str = ""
) -> EvidenceInForce:
    """Everything recorded about a version for an environment and use. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        evidence = collect_evidence(state, version, environment, use)
        return EvidenceInForce(evidence, tuple(state.find(Standard)))


def judging_facts(
    registry: Registry, version: str, stage: str, environment: str, use: str, request: ApprovalRequest | None = None
) -> JudgingFacts:
    """What a version is judged on at a stage, with the votes on a request. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        evidence = collect_evidence(state, version, environment, use)
        opened_with: tuple[str, ...] = ()
        if request is not None:
            votes = tuple(state.find(Vote, request=request.key))
            evidence = evidence.model_copy(update={"request": request, "votes": votes})
            if request.verdict_set is not None:
                opened_with = state.need(VerdictSet, request.verdict_set).standards
        known = latest_verdicts(state, version, [stage])
        return JudgingFacts(evidence, tuple(state.find(Standard)), known, opened_with)


def newest_verdict_set(registry: Registry, version: str, stage: str) -> VerdictSet | None:
    """The newest verdicts on a version at a stage, or None. Raises StoreError."""
    with registry.reading() as state:
        return latest_verdicts(state, version, [stage])


def deployment_facts(registry: Registry, request: ApprovalRequest) -> RequestFacts:
    """What a request to put a version in service is bound to. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        evidence = collect_evidence(state, request.subject, request.environment, request.use)
        verdicts = state.get(VerdictSet, request.verdict_set) if request.verdict_set else None
        adopted = tuple(state.find(Standard))
        return RequestFacts(evidence.model, evidence.version, adopted, verdicts, evidence)


def release_facts(registry: Registry, request: ApprovalRequest) -> RequestFacts:
    """What a request to ratify a release is bound to; its verdicts are there. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        version = state.need(Version, request.subject)
        verdicts = state.need(VerdictSet, request.verdict_set or "")
        return RequestFacts(state.need(Model, version.model), version, tuple(state.find(Standard)), verdicts)


def retirement_facts(registry: Registry, request: ApprovalRequest) -> RequestFacts:
    """What a request to retire a version is bound to. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        version = state.need(Version, state.need(Retirement, request.subject).subject)
        model, digest = state.need(Model, version.model), retirement_digest(state, request.subject)
        return RequestFacts(model, version, tuple(state.find(Standard)), plan_digest=digest)
