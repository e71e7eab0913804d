"""The latest deployment of a slot, and the progress of an emergency release."""

from __future__ import annotations

from data.queries.urgent_operations import release_progress, urgent_operation
from tests.emergencies import release_opened, released
from tests.operations import deployed
from tests.world import World


def test_before_the_first_deployment_the_result_is_empty(world: World) -> None:
    world.version()
    found = urgent_operation(world.registry, "delay", "production", "champion", world.now)
    assert (found.deployment, found.release, found.eligible) == (None, None, ())


def test_an_ordinary_deployment_has_no_release(world: World) -> None:
    deployment = deployed(world)
    found = urgent_operation(world.registry, "delay", "production", "champion", world.now)
    assert found.deployment == deployment
    assert (found.release, found.eligible) == (None, ())


def test_a_release_that_serves_has_its_request_and_who_could_sign_it(world: World) -> None:
    deployment = released(world)
    found = urgent_operation(world.registry, "delay", "production", "champion", world.now)
    assert found.deployment == deployment
    assert found.release is not None
    assert found.release.key == deployment.request
    assert {"alma", "axel", "olga"} <= {one.person for one in found.eligible}


def test_a_release_has_no_deployment_before_it_is_published(world: World) -> None:
    request = release_opened(world)
    assert release_progress(world.registry, request.key).deployment is None


def test_a_release_has_its_deployment_once_it_is_published(world: World) -> None:
    deployment = released(world)
    progress = release_progress(world.registry, deployment.request or "")
    assert progress.deployment == deployment
    assert progress.request.key == deployment.request
