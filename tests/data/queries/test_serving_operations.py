"""The facts that an operation on a served model needs, each read in one snapshot."""

from __future__ import annotations

from data.queries.serving_operations import (
    deployment_by,
    is_blocked,
    operation_under_way,
    release_audience,
    release_opened_by,
    released_request,
    released_requests,
    return_choice,
    serving_facts,
)
from tests.operations import deploy, suspend
from tests.world import MODEL, World


def test_a_slot_has_what_serves_or_served_last(world: World) -> None:
    request = world.approved()
    before = serving_facts(world.registry, MODEL, "production", "champion")
    assert (before.model.key, before.operation, before.last) == (MODEL, None, None)
    deploy(world, request, "op-1")
    facts = serving_facts(world.registry, MODEL, "production", "champion")
    assert facts.operation is not None
    assert facts.last is not None
    assert (facts.operation.state, facts.last.version) == ("done", request.subject)
    assert [one.standard for one in facts.adopted] == ["baseline"]


def test_a_run_finds_what_it_deployed_and_no_operation_under_way(world: World) -> None:
    deploy(world, world.approved(), "op-1")
    found = deployment_by(world.registry, MODEL, "op-1")
    assert found is not None
    assert deployment_by(world.registry, MODEL, "op-2") is None
    assert operation_under_way(world.registry, MODEL) is None


def test_the_previous_version_is_chosen_unless_its_bytes_are_missing(world: World) -> None:
    deploy(world, world.approved(), "op-1")
    deploy(world, world.approved(), "op-2")
    place = (MODEL, "production", "champion", world.now)
    choice = return_choice(world.registry, *place, lambda version: "")
    assert choice.chosen.version is not None
    assert choice.chosen.version.number == 1
    assert return_choice(world.registry, *place, lambda version: "gone").chosen.version is None


def test_a_version_suspended_for_cause_is_blocked(world: World) -> None:
    request = world.approved()
    deploy(world, request, "op-1")
    assert not is_blocked(world.registry, request.subject)
    suspend(world, "op-2")
    assert is_blocked(world.registry, request.subject)


def test_a_released_request_has_its_deployment(world: World) -> None:
    request = world.approved()
    assert released_request(world.registry, request.key).live is None
    deploy(world, request, "op-1")
    live = released_request(world.registry, request.key).live
    assert live is not None
    assert live.version == request.subject
    assert released_requests(world.registry) == []
    assert release_opened_by(world.registry, "op-1") is None
    assert release_opened_by(world.registry, "") is None


def test_the_audience_of_a_release_is_owner_and_administrators(world: World) -> None:
    world.model()
    assert set(release_audience(world.registry, MODEL, world.now)) >= {"olga", "adam"}
