"""What a run of a deployment came to lies with it, for the person who asked; a flow in process leaves nothing."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from httpx import HTTPStatusError
from prefect.client.orchestration import get_client

from flows.review_models import review_models
from tasks.run.leave_answer import ANSWER, leave_answer
from tests.flows.served_runs import pass_through, scheduled
from tests.retirement_fixtures import under_baseline
from tests.world import World


def left(run: UUID) -> object:
    with get_client(sync_client=True) as client:
        return json.loads(client.read_flow_run_input(run, ANSWER))


def test_a_run_leaves_what_it_answers(world: World) -> None:
    under_baseline(world)
    run = scheduled(review_models, as_of=world.now)
    assert pass_through(review_models, run) == "Completed"
    assert left(run) == {}


def test_a_run_taken_up_again_keeps_the_answer_it_left_first(world: World) -> None:
    under_baseline(world)
    run = scheduled(review_models, as_of=world.now)
    pass_through(review_models, run)
    assert pass_through(review_models, run) == "Completed"
    assert left(run) == {}


def test_a_run_that_has_not_ended_has_left_nothing(world: World) -> None:
    with pytest.raises(HTTPStatusError):
        left(scheduled(review_models, as_of=world.now))


def test_in_process_the_answer_is_only_returned() -> None:
    assert leave_answer({"expired": ["one"]}) == {"expired": ["one"]}
