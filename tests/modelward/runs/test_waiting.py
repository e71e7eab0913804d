"""What waits for people, the signatures still needed, and who can give them, from only the registry."""

from __future__ import annotations

import pytest

from data.queries.paging import PageRequest
from data.registry.commands.person import RevokePerson
from modelward.runs.waiting import Waiting, show_waiting, waiting_now
from tests.world import World


def test_a_request_lists_the_missing_roles_and_the_people_who_hold_them(world: World) -> None:
    request = world.requested()
    assert list(waiting_now().rows) == [
        Waiting("ops/delay/1#1", "deploy", request.expires_at, "2 × approver", ("alma", "axel")),
    ]


def test_a_person_who_has_signed_is_not_listed(world: World) -> None:
    world.decide(world.requested(), "alma")
    (question,) = waiting_now().rows
    assert (question.needs, question.people) == ("1 × approver", ("axel",))


def test_the_signature_of_a_person_who_left_the_roster_is_needed_again(world: World) -> None:
    world.decide(world.requested(), "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    (question,) = waiting_now().rows
    assert (question.needs, question.people) == ("2 × approver", ("axel",))


def test_a_decided_request_is_not_listed(world: World) -> None:
    world.approved()
    assert waiting_now().rows == ()


def test_an_assessed_version_waits_for_a_validator(world: World) -> None:
    world.assessed()
    (question,) = waiting_now().rows
    assert (question.about, question.purpose, question.needs, question.people) == (
        "ops/delay/1",
        "validate",
        "1 × validator",
        ("vera",),
    )


def test_a_page_says_how_much_waits_in_all(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        world.assessed(world.version())
    found = waiting_now(page=PageRequest(1, 2))
    assert ([one.about for one in found.rows], found.total) == (["ops/delay/1", "ops/delay/2"], 3)
    show_waiting(found)
    assert "1 more wait: `modelward approvals list` shows all 3" in capsys.readouterr().out
