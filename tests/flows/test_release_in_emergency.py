"""Tests of the flow release_in_emergency: live at once, then waiting for ratification, or undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_UI_URL, temporary_settings

from data.errors import ModelwardError, PublishError, RequestClosedError
from data.files.serving import FileTarget, SlotAddress
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
from tests.emergency_model import V2, open_emergency_release, run_at, with_emergency_rule
from tests.flows.answers import answer
from tests.flows.form_responder import open_forms
from tests.flows.run_graph import compare_graph
from tests.flows.served_runs import answer_form, result_of, run_until_pause, schedule_run, state_of
from tests.judged_model import adopt, standard_text
from tests.operations import suspend
from tests.world import MODEL, World


@pytest.fixture
def world(validated: World) -> World:
    return with_emergency_rule(validated)


def serving(world: World) -> str | None:
    found = FileTarget(world.home).manifest(SlotAddress(MODEL))
    return found.version if found is not None else None


def reply(world: World, request: ApprovalRequest, person: str, **changes: Any) -> dict[str, Any]:
    return answer(world, person, confirm=tail(request.request_digest), **changes)


def released(world: World) -> tuple[ApprovalRequest, UUID]:
    request = open_emergency_release(world)
    run = schedule_run(release_in_emergency, request=request.key, as_of=world.now)
    assert run_until_pause(release_in_emergency, run) == "Suspended"
    assert serving(world) == V2
    return request, run


def test_a_release_ratified_in_the_form_completes_the_run(world: World) -> None:
    request, run = released(world)
    seen = answer_form(run, **reply(world, request, "alma"))
    assert "ops/delay v2" in str(seen)
    assert run_until_pause(release_in_emergency, run) == "Suspended"
    answer_form(run, **reply(world, request, "olga", role="owner"))
    assert run_until_pause(release_in_emergency, run) == "Completed"
    (live,) = world.find(Deployment, request=request.key)
    assert (live.state, live.ratified_by, live.run_id) == ("deployed", "alma, olga", str(run))
    compare_graph("release_in_emergency", "opened by a command and ratified", run)
    assert serving(world) == V2


@pytest.mark.long
def test_a_form_answer_counts_after_another_person_ratified_by_command(world: World) -> None:
    """Alma uses `modelward ratify` while the form is open; then olga fills it in, before the run continues."""
    request, run = released(world)
    world.decide(request, "alma")
    answer_form(run, **reply(world, request, "olga", role="owner"))
    assert run_until_pause(release_in_emergency, run) == "Completed"
    assert world.get(ApprovalRequest, request.key).state == "approved"
    assert [one["refs"].get("run", "") for one in world.events("approval.decided")[-2:]] == ["", str(run)]


def test_a_release_refused_in_the_form_is_undone_by_its_run(world: World) -> None:
    request, run = released(world)
    answer_form(run, **reply(world, request, "alma", code="000000"))
    assert run_until_pause(release_in_emergency, run) == "Suspended"
    answer_form(run, **reply(world, request, "alma", decision="reject", comment="worse"))
    assert run_until_pause(release_in_emergency, run) == "Failed"
    with pytest.raises(RequestClosedError, match="is rejected"):
        result_of(run)
    assert serving(world) == f"{MODEL}/versions/1"
    compare_graph("release_in_emergency", "a wrong code, then the refusal", run)


@pytest.mark.long
def test_a_suspension_outside_the_run_ends_it_with_the_reason(world: World) -> None:
    request, run = released(world)
    suspend(world, "op-s")
    answer_form(run, **reply(world, request, "alma"))
    assert run_until_pause(release_in_emergency, run) == "Failed"
    with pytest.raises(
        RequestClosedError, match="is withdrawn: the release has ended, there is nothing to ratify: it harms"
    ):
        result_of(run)


@pytest.mark.long
def test_a_release_ratified_outside_its_run_ends_the_run(world: World) -> None:
    request, run = released(world)
    world.decide(request, "alma")
    world.decide(request, "olga", role=Role.OWNER)
    report = recover_crashes(run_at(world, "night", "modelward"))
    assert report["runs"] == [f"run {run} was cancelled: the request on ops/delay v2 is approved"]
    assert (state_of(run), serving(world)) == ("Cancelled", V2)


def test_without_its_run_reconciliation_undoes_a_release_in_time(world: World) -> None:
    request, run = released(world)
    world.move(hours=25)
    report = recover_crashes(RunContext(run_at(world).actor, world.now, "night"))
    assert report["expired"] == ["the request to release ops/delay v2 expired"]
    assert "ops/delay v1 serves again" in report["releases"][0]
    assert world.get(ApprovalRequest, request.key).state == "expired"
    assert serving(world) == f"{MODEL}/versions/1"
    assert state_of(run) in ("Suspended", "Cancelled")


def start_on_the_page(world: World, **changes: Any) -> UUID:
    """Return a run that a person started at Prefect's pages, without a request opened by a command."""
    parameters = {"version": "ops/delay/2", "as_of": world.now, **changes}
    return schedule_run(release_in_emergency, **parameters)


def releasing(world: World, who: str = "otto", **changes: Any) -> dict[str, Any]:
    return {"person": who, "reason": "all scores are 1", "code": world.phone(who).at(world.now), **changes}


@pytest.mark.long
def test_a_release_opened_and_ratified_in_forms_only_completes(world: World) -> None:
    run = start_on_the_page(world)
    assert run_until_pause(release_in_emergency, run) == "Suspended"
    assert (serving(world) != V2, world.find(ApprovalRequest, purpose="release")) == (True, [])
    form = answer_form(run, **releasing(world))
    assert form.description.startswith("### Release ops/delay v2 to production, champion, in an emergency?")
    assert "| Can release now | otto |" in form.description
    assert "after 24 hours unless ratified by 1 × owner, 1 × approver; once ratified, after 14 days" in form.description
    assert run_until_pause(release_in_emergency, run) == "Suspended"
    (request,) = world.find(ApprovalRequest, purpose="release")
    assert (serving(world), request.requester, request.run_id) == (V2, "otto", str(run))
    assert world.events("approval.requested")[-1]["actor"] == {"id": "otto", "auth": "totp"}
    for person, role in (("alma", "approver"), ("olga", "owner")):
        answer_form(run, **reply(world, request, person, role=role))
        state = run_until_pause(release_in_emergency, run)
    assert (state, world.get(ApprovalRequest, request.key).state) == ("Completed", "approved")
    steps = compare_graph("release_in_emergency", "opened on the page of the run and ratified", run)
    assert "record answer 1: release opened by otto" in steps


def test_a_wrong_code_on_the_page_asks_again_and_the_next_one_releases(world: World) -> None:
    run = start_on_the_page(world)
    for values in (releasing(world, code="000000"), releasing(world)):
        assert run_until_pause(release_in_emergency, run) == "Suspended"
        answer_form(run, **values)
    assert run_until_pause(release_in_emergency, run) == "Suspended"
    assert serving(world) == V2
    steps = compare_graph("release_in_emergency", "a wrong code on the page of the run, then the release", run)
    assert any(name.startswith("refuse answer 1: the one-time code of otto is wrong") for name in steps)


def test_a_release_that_cannot_be_published_is_withdrawn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise PublishError("no space left")

    request = open_emergency_release(world)
    monkeypatch.setattr(FileTarget, "publish", full)
    with pytest.raises(PublishError, match="no space left"):
        release_in_emergency(request=request.key, as_of=world.now)
    withdrawn = world.get(ApprovalRequest, request.key)
    assert (withdrawn.state, withdrawn.reason, serving(world)) == ("withdrawn", "no space left", None)
    compare_graph("release_in_emergency", "the target cannot be written")


WRONG: Mapping[str, tuple[Callable[[World], dict[str, Any]], str]] = {
    "a wrong code": (lambda w: releasing(w, code="000000"), "the one-time code of otto is wrong"),
    "a person without the role": (lambda w: releasing(w, "alma"), "alma may not release ops/delay"),
    "an unknown person": (lambda w: releasing(w, person="mallory"), "mallory may not release"),
    "an empty reason": (lambda w: releasing(w, reason="  "), "the reason for the release is empty"),
    "a time beyond the limit": (lambda w: releasing(w, until="2013-12-31"), "may last at most 24 hours"),
    "an invalid time": (lambda w: releasing(w, until="soon"), "soon"),
}


@pytest.mark.long
def test_no_attack_on_the_release_form_opens_a_release(world: World) -> None:
    run = start_on_the_page(world)
    for attack, (values, reason) in WRONG.items():
        assert run_until_pause(release_in_emergency, run) == "Suspended"
        answer_form(run, **values(world))
        assert run_until_pause(release_in_emergency, run) == "Suspended", attack
        with get_client(sync_client=True) as client:
            (form,) = [one for one in open_forms(client) if one.run == run]
        assert reason in form.description.splitlines()[0], attack
    assert (serving(world) != V2, world.find(ApprovalRequest, purpose="release")) == (True, [])


NEVER: Mapping[str, tuple[Callable[[World], object], dict[str, Any], str]] = {
    "a version that does not exist": (lambda w: None, {"version": "ops/delay/9"}, "NotFoundError"),
    "a model without its version": (lambda w: None, {"version": "ops/delay"}, "InputError"),
    "a standard without emergency rule": (lambda w: adopt(w, standard_text(version=4)), {}, "GateRefusedError"),
    "a version that was rejected": (lambda w: w.do(RejectVersion(version=V2, reason="leak")), {}, "IllegalMoveError"),
}


@pytest.mark.parametrize(("prepare", "changes", "error"), NEVER.values(), ids=NEVER)
def test_an_error_that_no_answer_can_avoid_ends_the_run(
    world: World, prepare: Callable[[World], object], changes: dict[str, Any], error: str
) -> None:
    run = start_on_the_page(world, **changes)
    prepare(world)
    if error == "IllegalMoveError":
        assert run_until_pause(release_in_emergency, run) == "Suspended"
        answer_form(run, **releasing(world))
    assert run_until_pause(release_in_emergency, run) == "Failed"
    with pytest.raises(ModelwardError) as ended:
        result_of(run)
    assert type(ended.value).__name__ == error
    assert serving(world) != V2


def test_notices_contain_the_page_of_the_run(world: World) -> None:
    with temporary_settings({PREFECT_UI_URL: "http://127.0.0.1:4200/v2"}):
        _, run = released(world)
    notices = [one for one in Outbox(world.home.outbox).notices() if one.kind == "approval"]
    assert {one.to for one in notices} >= {"alma", "olga"}
    assert all("modelward ratify ops/delay" in one.aside for one in notices)
    assert all(str(run) in one.aside for one in notices)


def test_the_command_that_answers_requests_finds_the_run_that_asks(world: World) -> None:
    request, run = released(world)
    assert asking_runs(world.registry, reference(request.key)) == AskingRuns((str(run),), request.key)
