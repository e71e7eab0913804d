"""Tests of the flow rollback_model: the last valid version serves again, with reasons for those that were skipped."""

from __future__ import annotations

import pytest

from data.errors import GateRefusedError
from data.files.serving import FileTarget, SlotAddress
from data.records.deployment import Deployment, Operation
from data.records.monitoring import Incident
from flows.rollback_model import rollback_model
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.operations import deploy
from tests.retirement_fixtures import under_baseline
from tests.world import MODEL, World


@pytest.fixture(autouse=True)
def otto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "otto")


def test_the_former_version_serves_again_and_the_later_one_is_blocked(world: World) -> None:
    under_baseline(world)
    deploy(world, world.approved(), "op-1")
    deploy(world, world.approved(), "op-2")
    key = rollback_model(MODEL, "it drifted", as_of=world.now)
    row = world.get(Deployment, key)
    assert (row.version, row.state, row.ratified_by) == (f"{MODEL}/versions/1", "deployed", None)
    assert row.ratify_by is not None
    published = FileTarget(world.home).manifest(SlotAddress(MODEL))
    assert published is not None
    assert published.version == row.version
    left = newest_artifact("deployment-ops-delay")
    assert "| Because | “it drifted” |" in left
    assert "| ops/delay v2 | " in left
    (incident,) = world.find(Incident)
    assert (incident.version, incident.blocking, incident.opened_by) == (f"{MODEL}/versions/2", True, "otto")
    compare_graph("rollback_model", "the version before serves again")


def test_without_a_valid_version_the_rollback_is_refused_with_each_reason(world: World) -> None:
    under_baseline(world)
    deploy(world, world.approved())
    world.version()
    with pytest.raises(GateRefusedError, match="modelward suspend") as refused:
        rollback_model(MODEL, "it drifted", as_of=world.now)
    assert "ops/delay v2: never served as production champion" in refused.value.what
    assert [one.kind for one in world.find(Operation)] == ["deploy"]
    compare_graph("rollback_model", "no version is valid")
