"""A suspension stops serving at once, and the manifest states the fallback."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import InputError
from data.files.serving import FileTarget, SlotAddress
from data.records.deployment import Deployment
from data.records.person import Actor
from data.records.run_context import RunContext
from tasks.deploy.stop_serving import stop_serving
from tests.judged_model import V1
from tests.operations import deploy
from tests.world import MODEL, World

OTTO = Actor(id="otto")


def stopped(world: World, run: str = "run-s") -> str:
    return stop_serving(SlotAddress(MODEL), "it harms", "the timetable", RunContext(OTTO, world.now, run))


def test_a_suspension_states_the_fallback_and_the_time_to_ratify(validated: World) -> None:
    former = deploy(validated, validated.approved(V1))
    ended = validated.get(Deployment, stopped(validated))
    assert (ended.key, ended.state, ended.ended_reason) == (
        former.key,
        "suspended",
        "it harms; fallback: the timetable",
    )
    assert ended.ratify_by == validated.now + timedelta(hours=24)
    manifest = FileTarget(validated.home).manifest(SlotAddress(MODEL))
    assert manifest is not None
    assert (manifest.state, manifest.version, manifest.fallback) == ("suspended", None, "the timetable")


def test_a_repeated_run_suspends_once_and_another_run_is_refused(validated: World) -> None:
    deploy(validated, validated.approved(V1))
    key, events = stopped(validated), len(validated.events())
    assert (stopped(validated), len(validated.events())) == (key, events)
    with pytest.raises(InputError, match="nothing serves as"):
        stopped(validated, "run-t")


def test_a_slot_without_a_serving_version_is_refused(validated: World) -> None:
    with pytest.raises(InputError, match="nothing serves as"):
        stopped(validated)
    assert FileTarget(validated.home).read(SlotAddress(MODEL)) is None
