"""A rollback serves the last version that is still valid and records why others were skipped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import GateRefusedError
from data.files.serving import FileTarget, SlotAddress
from data.records.deployment import Deployment
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Artifact, Version
from tasks.deploy.roll_back_version import missing_bytes, roll_back
from tests.judged_model import V1
from tests.operations import deploy, deployed
from tests.world import MODEL, World


def returned(world: World, run: str = "run-r") -> str:
    key: str = roll_back(SlotAddress(MODEL), "it drifted", RunContext(Actor(id="otto"), world.now, run))
    return key


@pytest.fixture
def two_versions(validated: World) -> World:
    """Return a world in which version 1 served and version 2 serves."""
    deploy(validated, validated.approved(V1))
    deployed(validated, "op-2")
    return validated


def lose(world: World, version: str) -> None:
    world.artifacts.path(world.get(Version, version).artifact.digest).unlink()


def test_the_former_version_serves_again(two_versions: World) -> None:
    row = two_versions.get(Deployment, returned(two_versions))
    assert (row.version, row.reason, row.use) == (V1, "it drifted", "planning")
    assert row.ratify_by == two_versions.now + timedelta(hours=24)
    manifest = FileTarget(two_versions.home).manifest(SlotAddress(MODEL))
    assert manifest is not None
    assert manifest.version == V1


def test_a_repeated_run_rolls_back_once(two_versions: World) -> None:
    key, events = returned(two_versions), len(two_versions.events())
    assert (returned(two_versions), len(two_versions.events())) == (key, events)


def test_a_version_with_missing_bytes_is_passed_over_with_that_reason(two_versions: World) -> None:
    deployed(two_versions, "op-3")
    lose(two_versions, f"{MODEL}/versions/2")
    row = two_versions.get(Deployment, returned(two_versions))
    assert row.version == V1
    (passed,) = row.passed_over
    assert passed["version"] == f"{MODEL}/versions/2"
    assert "sha256:" in passed["reason"]


def test_without_a_valid_version_the_message_lists_each_reason(two_versions: World) -> None:
    lose(two_versions, V1)
    with pytest.raises(GateRefusedError, match="ops/delay v1: ") as refused:
        returned(two_versions)
    assert "modelward suspend" in refused.value.remedy
    assert two_versions.events("operation.begun")[2:] == []


def test_a_pinned_artifact_has_no_missing_bytes(two_versions: World) -> None:
    pinned = Artifact(kind="endpoint", digest="sha256:0", pinned={"provider": "acme"})
    version = two_versions.get(Version, V1).model_copy(update={"artifact": pinned})
    assert missing_bytes(two_versions.artifacts, version) == ""
