"""Who acts, as far as anybody knows without a proof."""

from __future__ import annotations

import getpass

import pytest

from data.records.person import Actor
from data.registry.commands.person import AddPerson
from data.registry.current_actor import current_actor
from tests.world import World


def who(world: World) -> Actor:
    with world.registry.reading() as state:
        return current_actor(state)


def test_the_operating_system_user_of_nobody_on_the_roster_is_only_a_name(world: World) -> None:
    assert who(world) == Actor(id=getpass.getuser(), auth="os-user")


def test_the_settings_name_somebody_on_the_roster(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "vera")
    assert who(world) == Actor(id="vera", auth="os-user")


def test_the_operating_system_user_maps_to_a_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "u1234")
    world.do(AddPerson(person="ulla", printed_name="Ulla", os_user="u1234", proof=world.proof("adam")), by="adam")
    assert who(world) == Actor(id="ulla", auth="os-user")
