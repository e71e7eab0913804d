"""The roster, the acting person, and when a one-time code is required."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import InvalidNameError
from data.queries.registry_clock import time_in
from data.queries.roster import (
    current_member,
    current_person,
    grants_in_own_right,
    person_check,
    requires_code,
    roster,
)
from data.records.person import Role
from data.registry.commands.person import RevokePerson
from tests.world import World


def deputy(world: World) -> None:
    """Make vera alma's deputy for ten days."""
    world.grant("vera", deputy_of="alma", to_at=world.now + timedelta(days=10))


def test_the_roster_has_everybody_with_their_roles_and_whether_they_have_codes(world: World) -> None:
    found = roster(world.registry)
    assert {"adam", "ada", "outsider"} <= {one.person for one in found.people} & found.enrolled
    assert [one.role for one in found.held_by("alma")] == [Role.APPROVER]
    assert found.now == time_in(world.registry).now


def test_held_by_leaves_out_ended_grants(world: World) -> None:
    deputy(world)
    assert [one.deputy_of for one in roster(world.registry).held_by("vera")] == [None, "alma"]
    world.move(days=11)
    world.model()
    assert [one.deputy_of for one in roster(world.registry).held_by("vera")] == [None]


def test_the_acting_person_is_that_of_the_setting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "alma")
    assert current_person(world.registry).id == "alma"
    member = current_member(world.registry)
    assert member is not None
    assert member.person == "alma"


def test_a_person_not_on_the_roster_acts_under_the_user_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "nobody-here")
    assert current_person(world.registry).id == "nobody-here"
    assert current_member(world.registry) is None


def test_a_person_is_checked_against_the_roster(world: World) -> None:
    assert person_check(world.registry, "alma").is_active
    assert not person_check(world.registry, "nobody-here").is_active
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("ada")), by="ada")
    check = person_check(world.registry, "alma")
    assert (check.is_active, check.now) == (False, world.now)
    with pytest.raises(InvalidNameError):
        person_check(world.registry, "not a name")


def test_a_code_is_required_once_two_people_are_enrolled(world: World) -> None:
    assert requires_code(world.registry, "alma")
    assert requires_code(world.registry, "nobody-here")


def test_grants_in_own_right_leave_out_those_of_a_deputy_and_those_that_ended(world: World) -> None:
    deputy(world)
    assert [one.role for one in grants_in_own_right(world.registry, "vera", None)] == [Role.VALIDATOR]
    assert len(grants_in_own_right(world.registry, "vera", world.now)) == 1
