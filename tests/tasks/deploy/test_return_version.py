"""Back to the last version that is still valid; every version passed over is named with its reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import GateRefusedError
from data.files.serving import FileTarget, Place
from data.records.deployment import Deployment
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Artifact, Version
from tasks.deploy.return_version import missing_bytes, put_back
from tests.judged_model import V1
from tests.operations import deploy, deployed
from tests.world import MODEL, World


def returned(world: World, run: str = "run-r") -> str:
    key: str = put_back(Place(MODEL), "it drifted", RunContext(Actor(id="otto"), world.now, run))
    return key


@pytest.fixture
def two(validated: World) -> World:
    """Version 1 served, version 2 serves."""
    deploy(validated, validated.approved(V1))
    deployed(validated, "op-2")
    return validated


def lose(world: World, version: str) -> None:
    world.artifacts.path(world.get(Version, version).artifact.digest).unlink()


def test_the_former_version_serves_again(two: World) -> None:
    row = two.get(Deployment, returned(two))
    assert (row.version, row.reason, row.use) == (V1, "it drifted", "planning")
    assert row.ratify_by == two.now + timedelta(hours=24)
    manifest = FileTarget(two.home).manifest(Place(MODEL))
    assert manifest is not None
    assert manifest.version == V1


def test_a_run_returns_once(two: World) -> None:
    key, events = returned(two), len(two.events())
    assert (returned(two), len(two.events())) == (key, events)


def test_a_version_without_its_bytes_is_passed_over_and_said_so(two: World) -> None:
    deployed(two, "op-3")
    lose(two, f"{MODEL}/versions/2")
    row = two.get(Deployment, returned(two))
    assert row.version == V1
    (passed,) = row.passed_over
    assert passed["version"] == f"{MODEL}/versions/2"
    assert "sha256:" in passed["reason"]


def test_no_version_left_names_each_and_says_what_to_do(two: World) -> None:
    lose(two, V1)
    with pytest.raises(GateRefusedError, match="ops/delay v1: ") as refused:
        returned(two)
    assert "modelward suspend" in refused.value.remedy
    assert two.events("operation.begun")[2:] == []


def test_what_is_no_file_has_no_bytes_to_miss(two: World) -> None:
    pinned = Artifact(kind="endpoint", digest="sha256:0", pinned={"provider": "acme"})
    version = two.get(Version, V1).model_copy(update={"artifact": pinned})
    assert missing_bytes(two.artifacts, version) == ""
