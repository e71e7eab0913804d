"""The wait for transitions ends when every criterion passes; other answers are events that list who is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import InputError, StaleEvidenceError
from data.records.approval import ApprovalRequest
from data.records.person import Role
from tasks.approve.recompute_digests import recompute_digests
from tasks.retire import await_transition as waiting
from tasks.retire.approve_retirement import known_request, request_retirement
from tasks.retire.await_transition import TransitionForm, await_transition
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.retire.plan_transitions import read_plan
from tasks.retire.send_notices import send_notices
from tasks.run.await_people import AnswerOutcome, Question
from tasks.run.form_answer import FormAnswer
from tasks.run.take_steps import Steps
from tests.operations import prepared
from tests.retirement_fixtures import KEY, VERSION, RetiringModel, model_to_retire
from tests.world import STANDARDS_DIGEST, Template, World
from views.forms.objection import NO_OBJECTION

WHOLE = "gates 2013-04-20 the timetable\nshadow-it 2013-04-20 nothing"


def opened(world: World) -> None:
    """A retirement with two notified consumers."""
    model = model_to_retire(world, declared=("gates",))
    open_retirement(RetirementPlan(version=VERSION, reason="it aged", sunset_on=date(2013, 5, 1)), model.run())
    send_notices.fn(KEY, model.run())


@pytest.fixture(scope="module")
def ready(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("opened") / "home", opened)


@pytest.fixture
def model(ready: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RetiringModel:
    return RetiringModel(ready.copy(tmp_path / "home", monkeypatch))


def answer_transitions(monkeypatch: pytest.MonkeyPatch, model: RetiringModel, *plans: str) -> list[AnswerOutcome]:
    """Wait with these answers instead of Prefect's; return the outcome of each."""
    settled: list[AnswerOutcome] = []

    def gate(question: Question, patience: timedelta, as_of: datetime, steps: Steps) -> None:
        assert (question.is_open(), patience > timedelta(days=40)) == (True, True)
        for plan in plans:
            assert issubclass(question.form(settled[-1].objection if settled else NO_OBJECTION), TransitionForm)
            settled.append(question.settle(FormAnswer(TransitionForm(person="olga", plan=plan), model.world.now)))
        assert question.is_open() != settled[-1].done

    monkeypatch.setattr(waiting, "ask_until_settled", gate)
    await_transition(KEY, model.run())
    return settled


UNSETTLED = {
    "nobody has answered": ("", "an answer of gates"),
    "an incomplete line": ("gates tomorrow", "of the plan is incomplete"),
    "a day after the sunset": ("gates 2013-06-01 the timetable", "after the sunset"),
    "a consumer that is not affected": ("nobody 2013-04-01 the timetable", "'nobody' is not affected"),
}


@pytest.mark.parametrize(("plan", "reason"), UNSETTLED.values(), ids=UNSETTLED)
def test_an_answer_with_missing_transitions_asks_again(
    model: RetiringModel, monkeypatch: pytest.MonkeyPatch, plan: str, reason: str
) -> None:
    (settled,) = answer_transitions(monkeypatch, model, plan)
    assert not settled.done
    assert reason in settled.objection.what
    event = model.world.events("command.refused")[-1]
    assert (event["subject"], event["actor"]["id"]) == (f"{KEY}/transition", "olga")


def test_the_last_missing_transition_settles_the_question(
    model: RetiringModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.acknowledge("gates")
    (first,) = answer_transitions(monkeypatch, model, WHOLE)
    assert "an answer of shadow-it" in first.objection.what
    model.acknowledge("shadow-it", "objected")
    (second,) = answer_transitions(monkeypatch, model, "")
    assert "shadow-it objects" in second.objection.what
    model.acknowledge("shadow-it")
    assert answer_transitions(monkeypatch, model, "never asked") == []
    assert model.retirement.state == "planned"


def test_the_outcome_of_an_answer_says_what_it_changed(model: RetiringModel, monkeypatch: pytest.MonkeyPatch) -> None:
    known, unknown = "gates 2013-04-20 the timetable", "nobody 2013-04-01 the timetable"
    partly, whole = answer_transitions(monkeypatch, model, f"{known}\n{unknown}", WHOLE)
    assert partly.result.startswith("1 transition by olga, then refused: 'nobody' is not affected")
    assert whole.result == "1 transition by olga, 2 criteria open"


def test_a_plan_has_one_line_for_each_consumer() -> None:
    first, two = read_plan(KEY, ["  crews 2013-04-01  version 3 of it ", "", "gates 2013-04-02T12:00:00Z nothing"])
    assert (first.system, first.moves_to, first.cut_over_at.isoformat()) == (
        "crews",
        "version 3 of it",
        "2013-04-01T00:00:00+00:00",
    )
    assert two.cut_over_at.hour == 12
    with pytest.raises(InputError, match="more than 200"):
        read_plan(KEY, ["a 2013-04-01 b"] * 201)


def complete_plan(model: RetiringModel, monkeypatch: pytest.MonkeyPatch) -> ApprovalRequest:
    """A retirement with a complete plan whose approval is requested."""
    for system in ("gates", "shadow-it"):
        model.acknowledge(system)
    assert answer_transitions(monkeypatch, model, WHOLE)[-1].done
    return request_retirement.fn(KEY, model.run())


def test_the_request_is_for_owner_and_approver_and_bound_to_the_plan(
    model: RetiringModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = complete_plan(model, monkeypatch)
    assert {one.role for one in request.required} == {Role.OWNER, Role.APPROVER}
    now = recompute_digests(request)
    bound = (request.evidence_digest, request.standards_digest, request.artifact_digest)
    assert (now.evidence_digest, now.standards_digest, now.artifact_digest) == bound
    assert request.standards_digest != STANDARDS_DIGEST
    found = known_request(KEY, model.run())
    assert found is not None
    assert found.key == request.key
    assert known_request(KEY, model.run(run_id="another")) is None


def test_an_approval_is_valid_in_another_run_of_the_same_plan(
    model: RetiringModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_plan(model, monkeypatch)
    model.approve("olga", Role.OWNER)
    model.approve("alma", Role.APPROVER)
    assert known_request(KEY, model.run(run_id="another")) is not None
    model.acknowledge("gates", "objected")
    assert known_request(KEY, model.run(run_id="another")) is None


def test_a_changed_plan_voids_the_request(model: RetiringModel, monkeypatch: pytest.MonkeyPatch) -> None:
    request = complete_plan(model, monkeypatch)
    model.acknowledge("gates", "objected")
    now = recompute_digests(request)
    with pytest.raises(StaleEvidenceError):
        model.world.decide(request, "alma", evidence_digest=now.evidence_digest)
