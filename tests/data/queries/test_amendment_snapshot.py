"""The facts with which a change of a model is compared."""

from __future__ import annotations

import pytest

from data.queries.amendment_snapshot import amendment_snapshot
from tests.world import MODEL, World


def test_the_snapshot_has_the_model_the_latest_commit_the_roster_and_the_user(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    world.model()
    before = amendment_snapshot(world.registry, "delay")
    assert (before.model.key, before.newest_commit, before.user) == (MODEL, None, "dev")
    assert "olga" in {one.person for one in before.people}
    world.version()
    assert amendment_snapshot(world.registry, "delay").newest_commit == "4f2a" * 10
