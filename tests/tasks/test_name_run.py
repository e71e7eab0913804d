"""Which run this is and for whom it acts; in a flow the run has Prefect's id."""

from __future__ import annotations

import pytest

from data.records.person import Actor
from tasks.name_run import this_run
from tests.world import World

ACTORS = {
    "somebody on the roster": "olga",
    "somebody who is not on it": "ci-robot",
}


@pytest.mark.parametrize("actor", ACTORS.values(), ids=ACTORS)
def test_outside_a_flow_it_has_no_id(world: World, monkeypatch: pytest.MonkeyPatch, actor: str) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", actor)
    run = this_run()
    assert (run.id, run.actor) == ("", Actor(id=actor, auth="os-user"))
