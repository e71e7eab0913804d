"""The id of the present run and the person it acts for; in a flow the run has Prefect's id."""

from __future__ import annotations

import pytest

from data.errors import StoreLockedError
from data.records.person import Actor
from data.records.run_context import RunContext
from tasks.run import name_run, retry_transient
from tasks.run.name_run import this_run
from tests.world import World

ACTORS = {
    "a person on the roster": "olga",
    "a person who is not on the roster": "ci-robot",
}


@pytest.mark.parametrize("actor", ACTORS.values(), ids=ACTORS)
def test_outside_a_flow_the_run_has_no_id(world: World, monkeypatch: pytest.MonkeyPatch, actor: str) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", actor)
    run = this_run()
    assert (run.run_id, run.actor) == ("", Actor(id=actor, auth="os-user"))


@pytest.mark.parametrize("deployment", [None, "d-1"], ids=["in process", "on a worker"])
def test_on_a_worker_a_locked_registry_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, deployment: str | None
) -> None:
    tried = []

    def held_once() -> RunContext:
        tried.append(1)
        if len(tried) == 1:
            raise StoreLockedError("the registry is held by process 7")
        return RunContext(Actor(id="dev"), run_id="run-1")

    monkeypatch.setattr(retry_transient, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(name_run, "_read_context", held_once)
    monkeypatch.setattr(name_run.runtime.deployment, "id", deployment, raising=False)
    if deployment is None:
        with pytest.raises(StoreLockedError):
            this_run()
    else:
        assert this_run().run_id == "run-1"
