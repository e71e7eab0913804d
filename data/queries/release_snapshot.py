"""Reads in one snapshot everything that the form of an emergency release shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.queries.approval_snapshot import serving_version
from data.queries.version_snapshot import VersionSnapshot, collect_version
from data.records.person import Role
from data.registry.eligible_approvers import holders
from data.registry.registry import Registry


@dataclass(frozen=True)
class ReleaseSnapshot:
    """A version that may be released without approvals: who could release it, and what serves in its slot."""

    version: VersionSnapshot
    environment: str
    slot: str
    releasers: tuple[str, ...]
    serving: str | None


def release_snapshot(
    registry: Registry, version: str, environment: str, slot: str, roles: Sequence[Role], now: datetime
) -> ReleaseSnapshot:
    """Return the version with this key for a slot; `releasers` have one of the `roles` at `now`.

    Raises NotFoundError, StoreError.
    """
    with registry.reading() as state:
        shown = collect_version(state, version)
        return ReleaseSnapshot(
            version=shown,
            environment=environment,
            slot=slot,
            releasers=holders(state, shown.model, roles, environment, now),
            serving=serving_version(state, shown.model.key, environment, slot),
        )
