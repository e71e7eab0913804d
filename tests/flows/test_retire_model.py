"""Retirement on a real Prefect: waits that people end, answers that settle nothing, a flow that takes up again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import SetStateStatus

from data.outbox import Outbox
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.version import ReviewState, Version
from data.serving import FileTarget, Place
from flows.retire_model import retire_model
from tests.departing import KEY, VERSION, Departing, departing
from tests.world import MODEL, World

Answer = Callable[[], dict[str, Any]]
PATIENCE = 60.0


def answer(answers: Sequence[Answer], seen: list[str], problems: list[BaseException]) -> None:
    """Give each form that opens its answer, through Prefect's API."""
    try:
        with get_client(sync_client=True) as client:
            for one in answers:
                _answer(client, one, seen)
    except BaseException as error:  # noqa: BLE001 - shown by the test that waits for it
        problems.append(error)


def _answer(client: Any, values: Answer, seen: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    paused = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])))
    while time.monotonic() < deadline:
        for run in client.read_flow_runs(flow_run_filter=paused):
            key = f"{run.id}/{run.state.state_details.pause_key}"
            if key in seen:
                continue
            told = values()
            while client.resume_flow_run(run.id, run_input=told).status != SetStateStatus.ACCEPT:
                time.sleep(0.1)
            seen.append(key)
            return
        time.sleep(0.1)
    raise TimeoutError(f"no form opened for answer {len(seen) + 1}")


@pytest.fixture
def people() -> Iterator[Callable[..., list[str]]]:
    """Start answering; the keys of the forms answered, and what went wrong, stand in the lists."""
    problems: list[BaseException] = []
    threads: list[threading.Thread] = []

    def start(*answers: Answer) -> list[str]:
        seen: list[str] = []
        threads.append(threading.Thread(target=answer, args=(answers, seen, problems), daemon=True))
        threads[-1].start()
        return seen

    yield start
    for one in threads:
        one.join(PATIENCE)
    assert not problems, problems


def signs(model: Departing, person: str, role: str) -> Answer:
    def told() -> dict[str, Any]:
        request = model.world.find(ApprovalRequest, subject=KEY)[-1]
        return {
            "person": person, "role": role, "decision": "approve", "confirm": request.request_digest[-8:],
            "code": model.world.phone(person).at(model.world.now), "meaning": "I read the plan",
        }  # fmt: skip

    return told


def retire(model: Departing, **changes: Any) -> str:
    told = {"version": VERSION, "reason": "the data moved on", "sunset_on": SUNSET, "as_of": model.world.now}
    return retire_model(**{**told, **changes})


SUNSET = date(2013, 5, 1)


def test_from_notice_to_dossier_in_three_passes(
    world: World, people: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "otto")
    model = departing(world)

    def looks_too_early() -> dict[str, Any]:
        return {"person": "olga", "plan": "gates 2013-04-20 the timetable"}

    def everybody_answers() -> dict[str, Any]:
        model.acknowledge("gates")
        model.acknowledge("shadow-it")
        model.accept_silence("crew")
        return {"person": "olga", "plan": "crew 2013-04-20 the timetable\nshadow-it 2013-04-21 nothing"}

    seen = people(looks_too_early, everybody_answers, signs(model, "olga", "owner"), signs(model, "alma", "approver"))
    assert retire(model, outputs_in_force="rosters until June") == "approved"
    assert len(set(seen)) == 4
    told = {one.title.rpartition(" ")[2] for one in Outbox(world.home.outbox).notices()}
    assert told == {"gates", "crew", "shadow-it"}
    world.now = model.retirement.sunset_at + timedelta(hours=9)
    assert retire(model) == "sunset"
    world.move(days=14)
    assert retire(model) == "archived"
    assert world.get(Version, VERSION).review_state is ReviewState.RETIRED
    assert [one.state for one in world.find(Deployment)] == ["ended"]
    published = FileTarget(world.home).manifest(Place(MODEL))
    assert published is not None
    assert (published.state, published.version) == ("withdrawn", None)
    text = (world.home.reports / "retirement-ops-delay-v1.md").read_text()
    assert "silence accepted by rita" in text
    assert "clock: replay" in text
