"""Tests of the flow retire_model on a real Prefect server: waits, answers that settle nothing, continued runs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from data.files.serving import FileTarget, SlotAddress
from data.notices.outbox import Outbox
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.version import ReviewState, Version
from flows.retire_model import retire_model
from tests.flows.form_responder import FormStep, OpenForm, answering_forms
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.retirement_fixtures import KEY, VERSION, RetiringModel, model_to_retire
from tests.world import MODEL, World


def signs(model: RetiringModel, person: str, role: str) -> FormStep:
    def step(form: OpenForm) -> None:
        request = model.world.find(ApprovalRequest, subject=KEY)[-1]
        form.resume(
            person=person, role=role, decision="approve", confirm=request.request_digest[-8:],
            code=model.world.phone(person).at(model.world.now), meaning="I read the plan",
        )  # fmt: skip

    return step


def retired(model: RetiringModel, **changes: Any) -> str:
    """Run the flow; return the state of the retirement."""
    parameters = {"version": VERSION, "reason": "the data moved on", "sunset_on": SUNSET, "as_of": model.world.now}
    return retire_model(**{**parameters, **changes})


SUNSET = date(2013, 5, 1)
CONTINUED = {state: f"continue open retirement: {state}" for state in ("approved", "sunset")}
ANSWERS = [
    "record answer 1: 1 transition by olga, 5 criteria open",
    "record answer 2: 2 transitions by olga, every criterion passed",
    "record answer 1: approve by olga, request pending",
]


def looks_too_early(form: OpenForm) -> None:
    form.resume(person="olga", plan="gates 2013-04-20 the timetable")


def everybody_answers(model: RetiringModel) -> FormStep:
    """Return the action that submits the missing transitions after every consumer has answered."""

    def step(form: OpenForm) -> None:
        model.acknowledge("gates")
        model.acknowledge("shadow-it")
        model.accept_silence("crew")
        form.resume(person="olga", plan="crew 2013-04-20 the timetable\nshadow-it 2013-04-21 nothing")

    return step


def test_a_version_that_never_served_is_withdrawn_and_archived_in_one_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was submitted by mistake; nobody is asked, and the consumers of the model are not notified."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    model = model_to_retire(world)
    version, tomorrow = world.version(), (world.now + timedelta(days=1)).date()
    assert retired(model, version=version, sunset_on=tomorrow) == "archived"
    compare_graph("retire_model", "a version that never served")
    assert world.get(Version, version).review_state is ReviewState.RETIRED
    assert not [one for one in Outbox(world.home.outbox).notices() if "is retired" in one.title]


def test_a_retirement_reaches_the_dossier_in_three_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "otto")
    model = model_to_retire(world)

    signatures = signs(model, "olga", "owner"), signs(model, "alma", "approver")
    with answering_forms(looks_too_early, everybody_answers(model), *signatures) as seen:
        assert retired(model, outputs_in_force="rosters until June") == "approved"
    assert [name for name in compare_graph("retire_model", "from notice to approval") if "by olga, " in name] == ANSWERS
    assert len({(one.run, one.key) for one in seen}) == 4
    systems = {one.title.rpartition(" ")[2] for one in Outbox(world.home.outbox).notices() if "is retired" in one.title}
    assert systems == {"gates", "crew", "shadow-it"}
    world.now = model.retirement.sunset_at + timedelta(hours=9)
    assert (retired(model), compare_graph("retire_model", "the sunset begins")[0]) == ("sunset", CONTINUED["approved"])
    world.move(days=14)
    ended = retired(model), compare_graph("retire_model", "from no traffic to the archive")[0]
    assert ended == ("archived", CONTINUED["sunset"])
    assert world.get(Version, VERSION).review_state is ReviewState.RETIRED
    assert [one.state for one in world.find(Deployment)] == ["ended"]
    published = FileTarget(world.home).manifest(SlotAddress(MODEL))
    assert published is not None
    assert (published.state, published.version) == ("withdrawn", None)
    left = newest_artifact("retirement-archived-ops-delay")
    assert "withdrawn → **archived**" in left
    assert "| crew | declaration | 1 | silence accepted (rita)" in left
    text = (world.home.reports / "retirement-ops-delay-v1.md").read_text()
    assert "silence accepted by rita" in text
    assert "clock: replay" in text
