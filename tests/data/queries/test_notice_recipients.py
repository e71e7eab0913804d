"""The mail addresses to which notices can be sent."""

from __future__ import annotations

from data.queries.notice_recipients import notice_recipients
from data.records.person import Person
from tests.world import World


def test_mailboxes_are_those_of_active_people_and_administrators_are_listed(world: World) -> None:
    found = notice_recipients(world.registry, world.now)
    people = world.find(Person, state="active")
    assert found.mailboxes == {one.person: one.email for one in people if one.email}
    assert set(found.administrators) == {"ada", "adam"}
