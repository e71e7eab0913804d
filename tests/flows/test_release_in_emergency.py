"""The run of an emergency release: live at once, then it waits without a process for those who ratify, or undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_UI_URL, temporary_settings

from data.errors import ModelwardError, RequestClosedError
from data.files.serving import FileTarget, Place
from data.notices.outbox import Outbox
from data.queries.lookup import reference
from data.queries.pending_work import AskingRuns, asking_runs
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.person import Role
from data.records.run_context import RunContext
from data.registry.approvals import tail
from data.registry.commands.version import RejectVersion
from flows.release_in_emergency import release_in_emergency
from tasks.maintain.recover_crashes import recover_crashes
from tests.emergency_model import V2, hasty, opened, run_at
from tests.flows.answers import answer
from tests.flows.run_graph import compare_graph
from tests.flows.served_runs import answered, pass_through, result_of, scheduled, state_of
from tests.flows.waiting_people import open_forms
from tests.judged_model import adopt, standard_text
from tests.operations import suspend
from tests.world import MODEL, World


@pytest.fixture
def world(validated: World) -> World:
    return hasty(validated)


def serving(world: World) -> str | None:
    found = FileTarget(world.home).manifest(Place(MODEL))
    return found.version if found is not None else None


def reply(world: World, request: ApprovalRequest, person: str, **changes: Any) -> dict[str, Any]:
    return answer(world, person, confirm=tail(request.request_digest), **changes)


def released(world: World) -> tuple[ApprovalRequest, UUID]:
    request = opened(world)
    run = scheduled(release_in_emergency, request=request.key, as_of=world.now)
    assert pass_through(release_in_emergency, run) == "Suspended"
    assert serving(world) == V2
    return request, run


def test_the_form_ratifies_it_and_the_run_completes(world: World) -> None:
    request, run = released(world)
    seen = answered(run, **reply(world, request, "alma"))
    assert "ops/delay v2" in str(seen)
    assert pass_through(release_in_emergency, run) == "Suspended"
    answered(run, **reply(world, request, "olga", role="owner"))
    assert pass_through(release_in_emergency, run) == "Completed"
    (live,) = world.find(Deployment, request=request.key)
    assert (live.state, live.ratified_by, live.run_id) == ("deployed", "alma, olga", str(run))
    compare_graph("release_in_emergency", "opened by a command and ratified", run)
    assert serving(world) == V2


def test_what_was_typed_into_the_form_counts_though_another_ratified_beside_it(world: World) -> None:
    """Alma gives `modelward ratify` while the form is open; then olga fills it in, before the run goes on."""
    request, run = released(world)
    world.decide(request, "alma")
    answered(run, **reply(world, request, "olga", role="owner"))
    assert pass_through(release_in_emergency, run) == "Completed"
    assert world.get(ApprovalRequest, request.key).state == "approved"
    assert [one["refs"].get("run", "") for one in world.events("approval.decided")[-2:]] == ["", str(run)]


def test_refused_in_the_form_the_run_undoes_it_itself(world: World) -> None:
    request, run = released(world)
    answered(run, **reply(world, request, "alma", decision="reject", comment="worse"))
    assert pass_through(release_in_emergency, run) == "Failed"
    with pytest.raises(RequestClosedError, match="is rejected"):
        result_of(run)
    assert serving(world) == f"{MODEL}/versions/1"
    compare_graph("release_in_emergency", "refused", run)


def test_what_was_suspended_beside_its_run_ends_it_with_the_reason(world: World) -> None:
    request, run = released(world)
    suspend(world, "op-s")
    answered(run, **reply(world, request, "alma"))
    assert pass_through(release_in_emergency, run) == "Failed"
    with pytest.raises(
        RequestClosedError, match="is withdrawn: the release is over, there is nothing to ratify: it harms"
    ):
        result_of(run)


def test_ratified_beside_its_run_the_run_waits_for_nothing_and_is_ended(world: World) -> None:
    request, run = released(world)
    world.decide(request, "alma")
    world.decide(request, "olga", role=Role.OWNER)
    report = recover_crashes(run_at(world, "night", "modelward"))
    assert report["runs"] == [f"run {run} was cancelled: the request on ops/delay v2 is approved"]
    assert (state_of(run), serving(world)) == ("Cancelled", V2)


def test_when_its_run_is_lost_reconciliation_undoes_it_in_time(world: World) -> None:
    request, run = released(world)
    world.move(hours=25)
    report = recover_crashes(RunContext(run_at(world).actor, world.now, "night"))
    assert report["expired"] == ["the request to release ops/delay v2 expired"]
    assert "ops/delay v1 serves again" in report["releases"][0]
    assert world.get(ApprovalRequest, request.key).state == "expired"
    assert serving(world) == f"{MODEL}/versions/1"
    assert state_of(run) in ("Suspended", "Cancelled")


def from_the_page(world: World, **changes: Any) -> UUID:
    """A run that somebody started at Prefect's pages, with no request that a command opened."""
    parameters = {"version": "ops/delay/2", "as_of": world.now, **changes}
    return scheduled(release_in_emergency, **parameters)


def releasing(world: World, who: str = "otto", **changes: Any) -> dict[str, Any]:
    return {"person": who, "reason": "all scores are 1", "code": world.phone(who).at(world.now), **changes}


def test_with_a_browser_alone_it_is_released_by_ones_own_code_and_ratified(world: World) -> None:
    run = from_the_page(world)
    assert pass_through(release_in_emergency, run) == "Suspended"
    assert (serving(world) != V2, world.find(ApprovalRequest, purpose="release")) == (True, [])
    form = answered(run, **releasing(world))
    assert form.description.startswith("### Release ops/delay v2 to production, champion, in an emergency?")
    assert "| Can release now | otto |" in form.description
    assert "after 24 hours unless ratified by 1 × owner, 1 × approver; once ratified, after 14 days" in form.description
    assert pass_through(release_in_emergency, run) == "Suspended"
    (request,) = world.find(ApprovalRequest, purpose="release")
    assert (serving(world), request.requester, request.run_id) == (V2, "otto", str(run))
    assert world.events("approval.requested")[-1]["actor"] == {"id": "otto", "auth": "totp"}
    for person, role in (("alma", "approver"), ("olga", "owner")):
        answered(run, **reply(world, request, person, role=role))
        state = pass_through(release_in_emergency, run)
    assert (state, world.get(ApprovalRequest, request.key).state) == ("Completed", "approved")
    steps = compare_graph("release_in_emergency", "opened on the page of the run and ratified", run)
    assert "verdict on answer 1: release opened" in steps


WRONG: Mapping[str, tuple[Callable[[World], dict[str, Any]], str]] = {
    "a wrong code": (lambda w: releasing(w, code="000000"), "the one-time code of otto is wrong"),
    "somebody without the role": (lambda w: releasing(w, "alma"), "alma may not release ops/delay"),
    "somebody who is not there": (lambda w: releasing(w, person="mallory"), "mallory may not release"),
    "a reason that is none": (lambda w: releasing(w, reason="  "), "the reason of the release is empty"),
    "a longer time than is allowed": (lambda w: releasing(w, until="2013-12-31"), "may last 24 hours"),
    "a time that is none": (lambda w: releasing(w, until="soon"), "soon"),
}


def test_whatever_is_tried_on_its_form_releases_nothing(world: World) -> None:
    run = from_the_page(world)
    for attack, (values, reason) in WRONG.items():
        assert pass_through(release_in_emergency, run) == "Suspended"
        answered(run, **values(world))
        assert pass_through(release_in_emergency, run) == "Suspended", attack
        with get_client(sync_client=True) as client:
            (form,) = [one for one in open_forms(client) if one.run == run]
        assert reason in form.description.splitlines()[0], attack
    assert (serving(world) != V2, world.find(ApprovalRequest, purpose="release")) == (True, [])


NEVER: Mapping[str, tuple[Callable[[World], object], dict[str, Any], str]] = {
    "a version that does not exist": (lambda w: None, {"version": "ops/delay/9"}, "NotFoundError"),
    "a model without its version": (lambda w: None, {"version": "ops/delay"}, "InputError"),
    "under a standard that allows none": (lambda w: adopt(w, standard_text(version=4)), {}, "GateRefusedError"),
    "a version that was rejected": (lambda w: w.do(RejectVersion(version=V2, reason="leak")), {}, "IllegalMoveError"),
}


@pytest.mark.parametrize(("prepare", "changes", "error"), NEVER.values(), ids=NEVER)
def test_what_no_answer_would_change_ends_the_run(
    world: World, prepare: Callable[[World], object], changes: dict[str, Any], error: str
) -> None:
    run = from_the_page(world, **changes)
    prepare(world)
    if error == "IllegalMoveError":
        assert pass_through(release_in_emergency, run) == "Suspended"
        answered(run, **releasing(world))
    assert pass_through(release_in_emergency, run) == "Failed"
    with pytest.raises(ModelwardError) as ended:
        result_of(run)
    assert type(ended.value).__name__ == error
    assert serving(world) != V2


def test_the_page_of_the_run_stands_in_the_notices(world: World) -> None:
    with temporary_settings({PREFECT_UI_URL: "http://127.0.0.1:4200/v2"}):
        _, run = released(world)
    notices = [one for one in Outbox(world.home.outbox).notices() if one.kind == "approval"]
    assert {one.to for one in notices} >= {"alma", "olga"}
    assert all("modelward ratify ops/delay" in one.aside for one in notices)
    assert all(str(run) in one.aside for one in notices)


def test_the_command_that_answers_requests_finds_the_run_that_asks(world: World) -> None:
    request, run = released(world)
    assert asking_runs(world.registry, reference(request.key)) == AskingRuns((str(run),), request.key)
