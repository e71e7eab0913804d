"""The rows that the nightly review and the reconciliation process."""

from __future__ import annotations

from data.queries.due_work import (
    lapsed_serving_versions,
    late_conditions,
    open_waivers,
    request_runs,
    review_history,
    unratified_incidents,
)
from data.records.version import Version
from data.registry.commands.version import ExpireVersion
from tests.operations import deploy, deployed, suspend
from tests.world import MODEL, World


def test_nothing_is_due_in_a_new_registry(world: World) -> None:
    registry = world.registry
    assert open_waivers(registry) == lapsed_serving_versions(registry) == []
    assert unratified_incidents(registry, world.now) == late_conditions(registry, world.now) == []
    assert (request_runs(registry, ("expired",)).pending, review_history(registry, "periodic review").models) == (
        (),
        (),
    )


def test_a_version_that_serves_after_its_approval_expired_is_found_once(world: World) -> None:
    deploy(world, world.approved())
    (version,) = world.find(Version)
    assert version.valid_until is not None
    world.now = version.valid_until
    assert lapsed_serving_versions(world.registry) == []
    world.do(ExpireVersion(version=version.key))
    (found,) = lapsed_serving_versions(world.registry)
    assert (found.version.key, found.open_reasons) == (version.key, ())


def test_a_suspension_is_late_when_nobody_ratified_it_in_time(world: World) -> None:
    deployed(world, "op-1")
    suspend(world)
    assert unratified_incidents(world.registry, world.now) == []
    world.move(days=30)
    (late,) = unratified_incidents(world.registry, world.now)
    assert (late.incident.model, late.model.key) == (MODEL, MODEL)


def test_a_pending_request_ends_with_its_run_and_a_closed_one_leaves_its_run_waiting(world: World) -> None:
    request = world.requested()
    runs = request_runs(world.registry, ("expired",))
    assert ([one.key for one in runs.pending], runs.over) == ([request.key], ())
    assert request_runs(world.registry, ("pending",)).over == (), "another request of that run is still pending"


def test_the_active_models_are_read_with_their_reviews_and_the_standards(world: World) -> None:
    world.model()
    history = review_history(world.registry, "periodic review")
    assert ([one.key for one in history.models], history.reviews) == ([MODEL], ())
    assert [one.standard for one in history.standards] == ["baseline"]
