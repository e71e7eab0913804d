"""Reads the evidence on a version and the adopted standards, as needed for a judgement or an approval request."""

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
    """The evidence on a version, and every version of every adopted standard, by key."""

    evidence: Evidence
    adopted: tuple[Standard, ...]


@dataclass(frozen=True)
class JudgingFacts:
    """The input of a judgement: evidence, standards, and the latest verdict set of the same stage (`known`).

    `opened_with` are the keys of the standards under which the request was opened; empty without a request.
    """

    evidence: Evidence
    adopted: tuple[Standard, ...]
    known: VerdictSet | None
    opened_with: tuple[str, ...]


@dataclass(frozen=True)
class RequestFacts:
    """The present values of everything to which a request is bound.

    `evidence` is None for a request about something other than a version to be judged. `plan_digest` is that of the
    retirement's plan, `sha256:<hex>`; empty for a request about something else.
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
    """Return everything recorded about a version for an environment and use. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        evidence = collect_evidence(state, version, environment, use)
        return EvidenceInForce(evidence, tuple(state.find(Standard)))


def judging_facts(
    registry: Registry, version: str, stage: str, environment: str, use: str, request: ApprovalRequest | None = None
) -> JudgingFacts:
    """Return the input of a judgement at a stage, with the votes on a request. Raises NotFoundError, StoreError."""
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
    """Return the latest verdict set of a version at a stage, or None. Raises StoreError."""
    with registry.reading() as state:
        return latest_verdicts(state, version, [stage])


def deployment_facts(registry: Registry, request: ApprovalRequest) -> RequestFacts:
    """Return the facts to which a request to deploy a version is bound. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        evidence = collect_evidence(state, request.subject, request.environment, request.use)
        verdicts = state.get(VerdictSet, request.verdict_set) if request.verdict_set else None
        adopted = tuple(state.find(Standard))
        return RequestFacts(evidence.model, evidence.version, adopted, verdicts, evidence)


def release_facts(registry: Registry, request: ApprovalRequest) -> RequestFacts:
    """Return the facts of a request to ratify a release, with its verdict set. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        version = state.need(Version, request.subject)
        verdicts = state.need(VerdictSet, request.verdict_set or "")
        return RequestFacts(state.need(Model, version.model), version, tuple(state.find(Standard)), verdicts)


def retirement_facts(registry: Registry, request: ApprovalRequest) -> RequestFacts:
    """Return the facts to which a request to retire a version is bound. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        version = state.need(Version, state.need(Retirement, request.subject).subject)
        model, digest = state.need(Model, version.model), retirement_digest(state, request.subject)
        return RequestFacts(model, version, tuple(state.find(Standard)), plan_digest=digest)
