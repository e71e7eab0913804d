"""The dossier of a retirement contains its rows, approvals and events, and reports missing bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import ArtifactError
from data.files.artifacts import ArtifactStore
from data.queries.retirement_dossier import KEPT, retirement_dossier
from data.records.retirement_evidence import ImpactDocument, LogCoverage, RetirementDossier
from data.records.version import Version
from tests.operations import deployed
from tests.retirement_states import KEY, VERSION, opened
from tests.world import World


def assessed(world: World) -> str:
    """Return the digest of a stored impact assessment."""
    logs = LogCoverage(days=0, first=None, last=None, unreadable=())
    document = ImpactDocument(version=VERSION, assessed_at=world.now, logs=logs, seen=(), affected=())
    return world.artifacts.put(document.model_dump_json().encode())


def dossier(world: World) -> RetirementDossier:
    return retirement_dossier(world.registry, KEY, world.now, world.now + timedelta(days=365))


def retiring(world: World, **changes: object) -> None:
    """Let version 1 serve, and open its retirement."""
    world.version()
    deployed(world, "op-1", version=world.validated(VERSION))
    opened(world, **changes)


def test_a_dossier_contains_the_rows_without_revisions(world: World) -> None:
    retiring(world, impact_digest=assessed(world))
    found = dossier(world)
    assert (found.version.key, found.artifact, found.clock) == (VERSION, KEPT, "replay")
    assert found.impact is not None
    assert (found.impact.version, found.traffic, found.approvals) == (VERSION, None, ())
    assert [one.version for one in found.deployments] == [VERSION]
    document = found.document()
    assert document["format"] == "retirement-dossier-1"
    assert "rev" not in document["retirement"]
    assert all("rev" not in one for one in document["parties"])
    assert {"seq", "type", "subject", "actor", "effective_at"} == set(document["events"][0])


def test_a_missing_artifact_is_reported_in_the_dossier(world: World) -> None:
    retiring(world, impact_digest=assessed(world))
    world.artifacts.path(world.get(Version, VERSION).artifact.digest).unlink()
    assert dossier(world).artifact != KEPT


def test_the_registry_is_not_locked_while_the_artifact_is_hashed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    retiring(world, impact_digest=assessed(world))
    monkeypatch.setattr(ArtifactStore, "verify", lambda *_: world.move(days=len(world.find(Version))))
    before = world.now
    assert dossier(world).artifact == KEPT
    assert world.now > before


def test_missing_evidence_raises_an_error(world: World) -> None:
    retiring(world)
    with pytest.raises(ArtifactError):
        dossier(world)
