"""A retirement that runs as a deployment is suspended while people are waited for, and starts again after answers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from data.records.approval import ApprovalRequest
from data.records.retirement import Retirement
from flows.retire_model import retire_model
from tests.flows.run_graph import compare_graph
from tests.flows.served_runs import answer_form, result_of, run_until_pause, schedule_run
from tests.retirement_fixtures import KEY, VERSION, RetiringModel, model_to_retire
from tests.world import World

SUNSET = date(2013, 5, 1)


@pytest.fixture
def model(world: World, monkeypatch: pytest.MonkeyPatch) -> RetiringModel:
    """A served version whose consumers must be moved before it can retire."""
    monkeypatch.setenv("MODELWARD_ACTOR", "otto")
    return model_to_retire(world)


def retirement_run(model: RetiringModel) -> UUID:
    plan = {"version": VERSION, "reason": "the data moved on", "sunset_on": SUNSET.isoformat()}
    return schedule_run(retire_model, **plan, outputs_in_force="rosters until June", as_of=model.world.now)


def sign(model: RetiringModel, run: UUID, person: str, role: str, code: str = "") -> str:
    """Answer the form of the approval as a person, start the run again, and return its state."""
    request = model.world.find(ApprovalRequest, subject=KEY)[-1]
    answer = {"person": person, "role": role, "decision": "approve", "meaning": "I read the plan"}
    code = code or model.world.phone(person).at(model.world.now)
    answer_form(run, **answer, confirm=request.request_digest[-8:], code=code)
    return run_until_pause(retire_model, run)


@pytest.mark.long
def test_each_answer_starts_the_retirement_again_and_nothing_is_done_twice(model: RetiringModel) -> None:
    run = retirement_run(model)
    assert run_until_pause(retire_model, run) == "Suspended"
    answer_form(run, person="olga", plan="gates 2013-04-20 the timetable")
    assert run_until_pause(retire_model, run) == "Suspended"
    model.acknowledge("gates")
    model.acknowledge("shadow-it")
    model.accept_silence("crew")
    answer_form(run, person="olga", plan="crew 2013-04-20 the timetable\nshadow-it 2013-04-21 nothing")
    assert run_until_pause(retire_model, run) == "Suspended"
    assert sign(model, run, "olga", "owner", code="000000") == "Suspended"
    assert sign(model, run, "olga", "owner") == "Suspended"
    assert sign(model, run, "alma", "approver") == "Completed"
    assert result_of(run) == "approved"
    assert [one.state for one in model.world.find(Retirement)] == ["approved"]
    types = [one["type"] for one in model.world.events()]
    assert [types.count(one) for one in ("retirement.opened", "approval.requested", "approval.decided")] == [1, 2, 4]
    compare_graph("retire_model", "suspended for each answer", run)
