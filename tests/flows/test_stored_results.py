"""A run of a deployment stores its result at the server for the person who asked; a flow in process stores nothing."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from httpx import HTTPStatusError
from prefect.client.orchestration import get_client

from flows.review_models import review_models
from tasks.run.store_result import ANSWER, store_result
from tests.flows.served_runs import run_until_pause, schedule_run
from tests.retirement_fixtures import under_baseline
from tests.world import World


def left(run: UUID) -> object:
    with get_client(sync_client=True) as client:
        return json.loads(client.read_flow_run_input(run, ANSWER))


def test_a_run_stores_its_result(world: World) -> None:
    under_baseline(world)
    run = schedule_run(review_models, as_of=world.now)
    assert run_until_pause(review_models, run) == "Completed"
    assert left(run) == {}


def test_a_run_started_again_keeps_its_first_result(world: World) -> None:
    under_baseline(world)
    run = schedule_run(review_models, as_of=world.now)
    run_until_pause(review_models, run)
    assert run_until_pause(review_models, run) == "Completed"
    assert left(run) == {}


def test_a_run_that_has_not_ended_has_no_result(world: World) -> None:
    with pytest.raises(HTTPStatusError):
        left(schedule_run(review_models, as_of=world.now))


def test_a_flow_in_process_only_returns_its_result() -> None:
    assert store_result({"expired": ["one"]}) == {"expired": ["one"]}
