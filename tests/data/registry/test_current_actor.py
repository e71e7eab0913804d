"""The acting person without a proof: from the settings, or from the operating-system user."""

from __future__ import annotations

import getpass

import pytest

from data.records.person import Actor
from data.registry.commands.person import AddPerson
from data.registry.current_actor import current_actor
from tests.world import World


def actor_of(world: World) -> Actor:
    with world.registry.reading() as state:
        return current_actor(state)


def test_an_operating_system_user_who_is_not_on_the_roster_is_the_actor_by_name(world: World) -> None:
    assert actor_of(world) == Actor(id=getpass.getuser(), auth="os-user")


def test_the_actor_of_the_settings_is_found_on_the_roster(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "vera")
    assert actor_of(world) == Actor(id="vera", auth="os-user")


def test_an_operating_system_user_on_the_roster_is_the_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "u1234")
    world.do(AddPerson(person="ulla", printed_name="Ulla", os_user="u1234", proof=world.proof("adam")), by="adam")
    assert actor_of(world) == Actor(id="ulla", auth="os-user")
