"""Which signatures a pending request still needs, and who could give them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from data.queries import pending_signatures as module
from data.queries.pending_signatures import PendingSignatures, pending_signatures
from data.records.approval import ApprovalRequest, Vote
from data.records.person import Person, Role
from data.registry.commands.person import RevokePerson
from tests.world import World


def found(world: World) -> Mapping[str, PendingSignatures]:
    with world.registry.reading() as state:
        rows = state.find(ApprovalRequest), state.find(Vote), state.find(Person)
        return pending_signatures(state, *rows, world.now)


def test_a_request_needs_the_signatures_that_were_not_given(world: World) -> None:
    request = world.requested()
    assert found(world)[request.key] == PendingSignatures({Role.APPROVER: 2}, ("Alma (alma)", "Axel (axel)"))
    world.decide(request, "alma")
    assert found(world)[request.key] == PendingSignatures({Role.APPROVER: 1}, ("Axel (axel)",))


def test_a_decided_request_needs_none(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma", "reject", comment="no")
    assert found(world) == {}


def test_the_signature_of_a_revoked_person_does_not_count(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    assert found(world)[request.key].missing == {Role.APPROVER: 2}


def test_eligible_people_are_listed_only_for_the_first_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = world.requested()
    monkeypatch.setattr(module, "MOST_NAMED", 0)
    assert found(world)[request.key] == PendingSignatures({Role.APPROVER: 2})
