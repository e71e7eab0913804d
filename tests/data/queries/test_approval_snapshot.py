"""A request as its form shows it: every fact of it from one snapshot."""

from __future__ import annotations

import pytest

from data.errors import InputError, NotFoundError
from data.queries.approval_snapshot import approval_snapshot
from data.records.approval import ApprovalRequest
from data.records.person import Role
from data.registry.commands.person import RevokePerson
from tests.operations import deploy
from tests.world import World


def test_a_pending_request_says_what_to_type_who_could_sign_and_what_is_missing(world: World) -> None:
    request = world.requested()
    shown = approval_snapshot(world.registry, request.key, world.now)
    assert shown.request == request
    assert shown.confirmation == request.request_digest[-8:]
    assert [one.person for one in shown.eligible] == ["alma", "axel"]
    assert shown.missing == {Role.APPROVER: 2}
    assert [one.verdict.outcome for one in shown.judgements] == ["passed"]
    assert (shown.serving, shown.operation, shown.retirement, shown.parties) == (None, None, None, ())


def test_it_is_found_by_its_reference_too(world: World) -> None:
    request = world.requested()
    assert approval_snapshot(world.registry, "delay/1#1", world.now).request == request


def test_all_votes_are_there_and_beside_them_those_that_count(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    shown = approval_snapshot(world.registry, request.key, world.now)
    assert [one.person for one in shown.votes] == ["alma"]
    assert shown.standing == ()
    assert shown.missing == {Role.APPROVER: 2}


def test_nobody_could_sign_a_request_that_is_decided(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma", "reject", comment="no")
    shown = approval_snapshot(world.registry, request.key, world.now)
    assert (shown.request.state, shown.eligible) == ("rejected", ())


def test_it_names_the_version_that_serves_in_the_slot(world: World) -> None:
    first = world.approved()
    deploy(world, first)
    request = world.requested(world.validated(world.version()))
    assert approval_snapshot(world.registry, request.key, world.now).serving == world.get(
        ApprovalRequest, request.key
    ).subject.replace("versions/2", "versions/1")


def test_a_request_to_ratify_comes_with_the_operation_and_one_to_retire_with_its_parties(world: World) -> None:
    """Both are found by the subject of the request, so a request to deploy has neither."""
    shown = approval_snapshot(world.registry, world.requested().key, world.now)
    assert (shown.operation, shown.retirement) == (None, None)


def test_a_request_that_is_not_there_is_an_error(world: World) -> None:
    world.requested()
    with pytest.raises(NotFoundError, match="there is no approval request delay/1#9"):
        approval_snapshot(world.registry, "delay/1#9", world.now)
    with pytest.raises(InputError, match="names no approval request"):
        approval_snapshot(world.registry, "delay", world.now)
