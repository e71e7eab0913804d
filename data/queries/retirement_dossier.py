"""Collects the dossier of a retirement from the registry, in one snapshot, and from the artifact store."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.queries.log_entries import events
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.model import Model
from data.records.retirement import Retirement
from data.records.retirement_evidence import (
    DossierApproval,
    DossierEvent,
    ImpactDocument,
    RetirementDossier,
    TrafficDocument,
)
from data.records.review import Finding, Validation
from data.records.row import Frozen
from data.records.version import Metric, Version
from data.registry.registry import Registry
from data.registry.registry_time import registry_time
from data.registry.rules.retirement_party import parties_of
from data.registry.state import State

D = TypeVar("D", bound=Frozen)
KEPT = "kept, with the digest it was registered under"


def retirement_dossier(registry: Registry, key: str, written_at: datetime, retain_until: datetime) -> RetirementDossier:
    """Return the dossier of the retirement with this key.

    Raises NotFoundError, ArtifactError for missing evidence, DigestMismatchError for changed evidence, StoreError.
    """
    with registry.store.reading() as connection:
        state = State(connection)
        retirement = state.need(Retirement, key)
        version = state.need(Version, retirement.subject)
        rows: dict[str, Any] = {
            "clock": registry_time(connection).clock,
            "model": state.need(Model, retirement.model),
            "parties": tuple(parties_of(state, key)),
            "deployments": tuple(state.find(Deployment, version=version.key)),
            "validations": tuple(state.find(Validation, version=version.key)),
            "findings": tuple(state.find(Finding, version=version.key)),
            "metrics": tuple(state.find(Metric, version=version.key)),
            "approvals": tuple(_approvals(state, key)),
        }
        about = events(connection, version.key)
    # Artifacts may be large: while they are hashed, the registry is not locked.
    store = ArtifactStore(registry.home.artifacts)
    return RetirementDossier(
        written_at=written_at,
        retain_until=retain_until,
        retirement=retirement,
        version=version,
        artifact=_artifact(store, version),
        impact=_document(store, ImpactDocument, retirement.impact_digest),
        traffic=_document(store, TrafficDocument, retirement.traffic_digest),
        events=tuple(DossierEvent(**{name: getattr(one, name) for name in DossierEvent.model_fields}) for one in about),
        **rows,
    )


def _approvals(state: State, key: str) -> list[DossierApproval]:
    requests = state.find(ApprovalRequest, subject=key)
    return [DossierApproval(request=one, votes=tuple(state.find(Vote, request=one.key))) for one in requests]


def _artifact(store: ArtifactStore, version: Version) -> str:
    if version.artifact.kind != "file":
        return KEPT
    try:
        store.verify(version.artifact.digest)
    except ModelwardError as error:
        return error.what
    return KEPT


def _document(store: ArtifactStore, kind: type[D], digest: str | None) -> D | None:
    return kind.model_validate_json(store.read(digest)) if digest else None
