"""Everything that stays of a retired version, gathered into one document: who, why, what moved where, on what proof."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from data.files.artifacts import ArtifactStore
from data.queries.log_entries import events
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.instant import write_instant
from data.records.model import Model
from data.records.retirement import Retirement
from data.records.review import Finding, Validation
from data.records.row import Row
from data.records.version import Metric, Version
from data.registry.registry import Registry
from data.registry.registry_time import registry_time
from data.registry.rules.retirement_party import parties_of
from data.registry.state import State
from tasks.deploy.return_version import missing_bytes

FORMAT = "retirement-dossier-1"


def gather_dossier(key: str, written_at: datetime, retain_until: datetime) -> dict[str, Any]:
    """The dossier as plain JSON values. Raises ArtifactError when impact or traffic evidence is missing."""
    registry = Registry.here()
    store = ArtifactStore(registry.home.artifacts)
    with registry.store.reading() as connection:
        state = State(connection)
        retirement = state.need(Retirement, key)
        version, model = state.need(Version, retirement.subject), state.need(Model, retirement.model)
        clock = registry_time(connection).clock
        entries = events(connection, version.key)
        told = {
            "format": FORMAT,
            "clock": clock,
            "written_at": write_instant(written_at),
            "retain_until": write_instant(retain_until),
            "retirement": _plain(retirement),
            "model": _plain(model),
            "version": _plain(version),
            "artifact": missing_bytes(store, version) or "kept, with the digest it was registered under",
            "parties": [_plain(one) for one in parties_of(state, key)],
            **_history(state, version.key),
            "approvals": _approvals(state, key),
        }
    digests = {"impact": retirement.impact_digest, "traffic": retirement.traffic_digest}
    evidence = {name: json.loads(store.read(digest)) if digest else None for name, digest in digests.items()}
    log = [one.model_dump(mode="json", include={"seq", "type", "subject", "actor", "effective_at"}) for one in entries]
    return {**told, **evidence, "events": log}


def _history(state: State, version: str) -> dict[str, Any]:
    """Where it served and what was found of it."""
    kinds: dict[str, type[Row]] = {
        "deployments": Deployment,
        "validations": Validation,
        "findings": Finding,
        "metrics": Metric,
    }
    return {name: [_plain(one) for one in state.find(kind, version=version)] for name, kind in kinds.items()}


def _approvals(state: State, key: str) -> list[dict[str, Any]]:
    """Every request about the retirement with its votes."""
    requests = state.find(ApprovalRequest, subject=key)
    return [{**_plain(one), "votes": [_plain(vote) for vote in state.find(Vote, request=one.key)]} for one in requests]


def _plain(row: Row) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude={"rev"})
