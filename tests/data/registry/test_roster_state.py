"""A state that reads the roster once: the same question gives the same rows, and other tables are read each time."""

from __future__ import annotations

import pytest

from data.records.person import Person
from data.records.version import Version
from data.registry.roster_state import RosterState
from tests.row_counts import count_rows
from tests.world import World


def test_the_roster_is_read_once_and_versions_each_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.version()
    seen = count_rows(monkeypatch)
    with world.registry.store.reading() as connection:
        state = RosterState(connection)
        people = [state.find(Person, state="active") for _ in range(3)]
        for _ in range(3):
            state.find(Version)
        assert len(state.among(Person, "person", ["alma", "axel"])) == 2
    assert people[0] == people[2]
    assert (seen["person"], seen["version"]) == (len(people[0]) + 2, 3)
