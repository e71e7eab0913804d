"""What a run has recorded; a run without an id has recorded nothing."""

from __future__ import annotations

from data.queries.run_progress import count_events_of_run, published_by_run, request_of_run
from data.records.events import EventType
from tests.operations import deploy
from tests.world import World


def test_only_events_of_the_run_are_counted(world: World) -> None:
    request = world.approved()
    types = (EventType.APPROVAL_DECIDED,)
    assert count_events_of_run(world.registry, request.key, types, "another-run") == 0
    runs = {str(one["refs"].get("run", "")) for one in world.events("approval.decided")}
    assert sum(count_events_of_run(world.registry, request.key, types, run) for run in runs) == 2


def test_a_run_finds_its_own_request(world: World) -> None:
    request = world.approved()
    assert request_of_run(world.registry, request.subject, request.run_id or "-") == (
        request if request.run_id else None
    )
    assert request_of_run(world.registry, request.subject, "another-run") is None
    assert request_of_run(world.registry, request.subject, "") is None


def test_a_run_finds_what_it_deployed(world: World) -> None:
    request = world.approved()
    assert published_by_run(world.registry, request.subject, "op-1").deployment is None
    deploy(world, request, "op-1")
    found = published_by_run(world.registry, request.subject, "op-1")
    assert found.deployment is not None
    assert (found.version.key, found.deployment.version) == (request.subject, request.subject)
