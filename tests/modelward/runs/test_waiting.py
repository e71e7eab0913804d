"""What waits, what it still needs, and who could give that: told from the registry alone."""

from __future__ import annotations

from data.registry.commands.person import RevokePerson
from modelward.runs.waiting import Waiting, waiting_now
from tests.world import World


def test_a_request_names_the_roles_and_the_people_who_could_sign(world: World) -> None:
    request = world.requested()
    assert waiting_now() == [
        Waiting("ops/delay/1#1", "deploy", request.expires_at, "2 × approver", ("alma", "axel")),
    ]


def test_who_has_signed_is_not_waited_for(world: World) -> None:
    world.decide(world.requested(), "alma")
    (one,) = waiting_now()
    assert (one.needs, one.people) == ("1 × approver", ("axel",))


def test_who_signed_and_left_the_roster_has_to_be_replaced(world: World) -> None:
    world.decide(world.requested(), "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    (one,) = waiting_now()
    assert (one.needs, one.people) == ("2 × approver", ("axel",))


def test_what_is_decided_does_not_wait(world: World) -> None:
    world.approved()
    assert waiting_now() == []


def test_a_version_that_only_a_validator_can_conclude_on(world: World) -> None:
    world.assessed()
    (one,) = waiting_now()
    assert (one.about, one.purpose, one.needs, one.people) == ("ops/delay/1", "validate", "1 × validator", ("vera",))
