"""Tests of the flow suspend_model: serving stops at once, and the manifest states the fallback."""

from __future__ import annotations

import pytest

from data.errors import IllegalMoveError, InputError
from data.files.serving import FileTarget, SlotAddress
from data.records.deployment import Deployment, Slot
from data.records.monitoring import Incident
from flows.suspend_model import suspend_model
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.operations import deploy
from tests.retirement_fixtures import under_baseline
from tests.world import MODEL, World


def test_the_manifest_states_the_fallback_and_an_incident_blocks_the_version(world: World) -> None:
    under_baseline(world)
    deploy(world, world.approved())
    key = suspend_model(MODEL, "it harms", "the timetable", as_of=world.now)
    assert world.get(Deployment, key).state == "suspended"
    assert "| State | suspended |" in newest_artifact("deployment-ops-delay")
    published = FileTarget(world.home).manifest(SlotAddress(MODEL))
    assert published is not None
    assert (published.state, published.version, published.fallback) == ("suspended", None, "the timetable")
    assert [one.blocking for one in world.find(Incident)] == [True]
    assert [one.version for one in world.find(Slot)] == [None]
    compare_graph("suspend_model", "suspended")


def test_a_slot_without_a_serving_version_cannot_be_suspended(world: World) -> None:
    under_baseline(world)
    world.model()
    with pytest.raises((IllegalMoveError, InputError), match="nothing serves as"):
        suspend_model(MODEL, "it harms", "the timetable", as_of=world.now)
    assert FileTarget(world.home).read(SlotAddress(MODEL)) is None
    compare_graph("suspend_model", "nothing serves")
