"""Runs of a deployment are suspended while they wait: the process ends, and each answer starts the run again.

Every step is taken again after each answer and has the same result: one request, one deployment, one conclusion.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Scheduled

from data.errors import RefusedError, StaleEvidenceError, StoreLockedError
from data.files.serving import FileTarget, SlotAddress
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.review import Validation, VerdictSet
from data.records.version import ReviewState, Version
from data.registry.command import Command
from data.registry.commands.approval import Decide
from data.registry.commands.review import ConcludeValidation, OpenFinding
from data.registry.registry import Registry
from flows.deploy_model import deploy_model
from flows.validate_model import validate_model
from tests.flows.answers import answer, conclusion, delay_reading, earlier_code, newest_request
from tests.flows.run_graph import compare_graph
from tests.flows.served_runs import (
    answer_form,
    result_of,
    run_in_worker_process,
    run_until_pause,
    schedule_run,
    state_of,
)
from tests.judged_model import USE, V1
from tests.operations import deployed
from tests.world import MODEL, World


def deployment_run(world: World) -> UUID:
    return schedule_run(deploy_model, version=V1, use=USE, as_of=world.now)


def schedule_again(run: UUID) -> None:
    """Schedule a run again whatever its state is, as an API client or a faulty worker can."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, Scheduled(), force=True)


def types(world: World, before: int = 0) -> list[str]:
    return [one["type"] for one in world.events()[before:]]


def test_no_process_lives_while_people_are_waited_for(validated: World) -> None:
    """Three processes run one after the other, as a worker starts them; none is alive during a wait."""
    run = deployment_run(validated)
    for person in ("alma", "axel"):
        assert (run_in_worker_process(run, validated.home.root).returncode, state_of(run)) == (0, "Suspended")
        answer_form(run, **answer(validated, person))
        assert state_of(run) == "Resuming"
    assert (run_in_worker_process(run, validated.home.root).returncode, state_of(run)) == (0, "Completed")
    (deployment,) = validated.find(Deployment)
    assert (deployment.state, deployment.run_id) == ("deployed", str(run))
    compare_graph("deploy_model", "two people approve, and the run is started again after each answer", run)


@pytest.mark.long
def test_a_run_started_again_asks_no_question_twice(validated: World) -> None:
    run, before = deployment_run(validated), len(validated.events())
    for person in ("alma", "axel"):
        assert run_until_pause(deploy_model, run) == "Suspended"
        answer_form(run, **answer(validated, person))
    assert run_until_pause(deploy_model, run) == "Completed"
    assert Counter(types(validated, before)) == {
        "verdicts.recorded": 2,
        "approval.requested": 1,
        "credential.attempted": 2,
        "approval.decided": 2,
        "operation.begun": 1,
        "deployment.completed": 1,
    }
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]


@pytest.mark.long
def test_a_completed_deployment_is_found_by_a_repeated_run(validated: World) -> None:
    run = deployment_run(validated)
    for person in ("alma", "axel"):
        run_until_pause(deploy_model, run)
        answer_form(run, **answer(validated, person))
    run_until_pause(deploy_model, run)
    events, manifest = len(validated.events()), FileTarget(validated.home).read(SlotAddress(MODEL))
    schedule_again(run)
    assert (run_until_pause(deploy_model, run), len(validated.events())) == ("Completed", events)
    assert FileTarget(validated.home).read(SlotAddress(MODEL)) == manifest


def test_after_a_wrong_code_the_form_opens_again_with_the_reason(validated: World) -> None:
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    answer_form(run, **answer(validated, "alma", code="000000"))
    assert run_until_pause(deploy_model, run) == "Suspended"
    form = answer_form(run, **answer(validated, "alma"))
    assert form.description.startswith("**⚠ Not accepted, please answer again:** the one-time code of alma is wrong")
    assert run_until_pause(deploy_model, run) == "Suspended"
    assert [one.person for one in validated.find(Vote)] == ["alma"]
    answer_form(run, **answer(validated, "axel"))
    assert run_until_pause(deploy_model, run) == "Completed"
    steps = compare_graph("deploy_model", "a wrong code, then two people approve", run)
    refused, *recorded = [name for name in steps if "answer" in name]
    assert refused.startswith("refuse answer 1: the one-time code of alma is wrong")
    assert recorded == [
        "record answer 2: approve by alma, request pending",
        "record answer 3: approve by axel, request approved",
    ]


def test_a_code_is_judged_by_its_time_of_submission(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code stays valid although the process that reads it took a minute and a half to start."""
    run, late = deployment_run(validated), timedelta(seconds=90)
    run_until_pause(deploy_model, run)
    then = answer(validated, "alma", code=validated.phone("alma").at(validated.now - late))
    answer_form(run, **then)
    assert (run_until_pause(deploy_model, run), validated.find(Vote)) == ("Suspended", []), "it was read at once"
    answer_form(run, **then)
    delay_reading(monkeypatch, late)
    assert run_until_pause(deploy_model, run) == "Suspended"
    assert [one.person for one in validated.find(Vote)] == ["alma"]


def test_a_run_forced_on_without_an_answer_asks_again(validated: World) -> None:
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    for _ in range(2):
        schedule_again(run)
        assert run_until_pause(deploy_model, run) == "Suspended"
    form = answer_form(run, **answer(validated, "alma"))
    assert form.key == "gate-approval-3"
    assert (newest_request(validated).state, validated.find(Vote)) == ("pending", [])


def test_an_answer_is_judged_on_the_evidence_when_the_run_resumes(validated: World) -> None:
    """A finding is opened between answer and resumption, so that the approver has not read the present evidence."""
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    answer_form(run, **answer(validated, "alma"))
    due = validated.now + timedelta(days=9)
    values = {"title": "no wind", "text": "in March", "owner": "dev", "due_at": due}
    validated.do(OpenFinding(version=V1, severity="low", **values), by="vera")
    assert run_until_pause(deploy_model, run) == "Failed"
    assert (newest_request(validated).state, validated.find(Vote)) == ("withdrawn", [])
    with pytest.raises(StaleEvidenceError):
        result_of(run)


def test_a_champion_that_changed_between_two_answers_ends_the_run(validated: World) -> None:
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    answer_form(run, **answer(validated, "alma"))
    assert run_until_pause(deploy_model, run) == "Suspended"
    second = deployed(validated)
    answer_form(run, **answer(validated, "rita"))
    assert run_until_pause(deploy_model, run) == "Failed"
    assert newest_request(validated).reason.endswith("ops/delay v2 is champion now")
    assert validated.find(Deployment) == [second]


@pytest.mark.long
def test_a_champion_that_changed_after_the_last_answer_stops_the_publication(validated: World) -> None:
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    request = newest_request(validated)
    for person in ("alma", "axel"):
        validated.decide(request, person)
    second = deployed(validated)
    schedule_again(run)
    assert run_until_pause(deploy_model, run) == "Failed"
    assert validated.get(ApprovalRequest, request.key).state == "approved"
    assert (validated.find(Deployment), FileTarget(validated.home).read(SlotAddress(MODEL))) == ([second], None)


def test_a_request_decided_elsewhere_lets_the_run_finish(validated: World) -> None:
    """The state in the registry counts, however the run was started again."""
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    for person in ("alma", "axel"):
        validated.decide(newest_request(validated), person)
    schedule_again(run)
    assert (run_until_pause(deploy_model, run), len(validated.find(Deployment))) == ("Completed", 1)
    compare_graph("deploy_model", "decided outside the run", run)


@pytest.mark.long
def test_refusals_of_other_people_do_not_lose_an_answer(judged: World) -> None:
    run = schedule_run(validate_model, version=V1, use=USE, as_of=judged.now)
    assert run_until_pause(validate_model, run) == "Suspended"
    judged.grant("dev", "validator")
    for person in ("alma", "dev"):
        with pytest.raises(RefusedError):
            judged.do(concluding(judged, person), by=person, run_id="")
    answer_form(run, **conclusion(judged))
    assert run_until_pause(validate_model, run) == "Completed"
    assert [one.validator for one in judged.find(Validation)] == ["vera"]


def concluding(world: World, person: str) -> ConcludeValidation:
    values = {"conclusion": "fit", "scope": "all", "limitations": "one year", "competence": "long"}
    return ConcludeValidation(version=V1, evidence_digest=world.digest(V1), proof=world.proof(person), **values)


@pytest.mark.long
def test_a_conclusion_does_not_cover_evidence_newer_than_its_form(judged: World) -> None:
    run = schedule_run(validate_model, version=V1, use=USE, as_of=judged.now)
    assert run_until_pause(validate_model, run) == "Suspended"
    values = {"title": "no wind", "text": "in March", "owner": "dev", "due_at": judged.now + timedelta(days=9)}
    judged.do(OpenFinding(version=V1, severity="low", **values), by="outsider")
    answer_form(run, **conclusion(judged, code=earlier_code(judged, "vera")))
    assert (run_until_pause(validate_model, run), judged.find(Validation)) == ("Suspended", [])
    form = answer_form(run, **conclusion(judged))
    assert "changed after the validator read it" in form.description.splitlines()[0]
    assert "**finding 1, low, open**" in form.description
    assert run_until_pause(validate_model, run) == "Completed"
    assert judged.find(Validation)[0].evidence_digest == judged.find(VerdictSet, version=V1)[-1].evidence_digest
    compare_graph("validate_model", "the evidence changed before the answer", run)


@pytest.mark.long
def test_a_locked_registry_loses_no_signature(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = deployment_run(validated)
    run_until_pause(deploy_model, run)
    answer_form(run, **answer(validated, "alma"))
    run_until_pause(deploy_model, run)
    execute = Registry.execute

    def held(registry: Registry, command: Command, *values: Any, **more: Any) -> Any:
        if isinstance(command, Decide):
            raise StoreLockedError("the registry is held by process 7")
        return execute(registry, command, *values, **more)

    answer_form(run, **answer(validated, "axel"))
    with monkeypatch.context() as busy:
        busy.setattr(Registry, "execute", held)
        assert run_until_pause(deploy_model, run) == "Suspended"
    form = answer_form(run, **answer(validated, "axel"))
    assert "the registry is held by process 7" in form.description.splitlines()[0]
    assert run_until_pause(deploy_model, run) == "Completed"
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]


@pytest.mark.long
def test_a_validation_measures_once_and_concludes_once(judged: World) -> None:
    run, before = schedule_run(validate_model, version=V1, use=USE, as_of=judged.now), len(judged.events())
    assert run_until_pause(validate_model, run) == "Suspended"
    answer_form(run, **conclusion(judged))
    assert run_until_pause(validate_model, run) == "Completed"
    events = types(judged, before)
    assert events[-2:] == ["credential.attempted", "validation.concluded"]
    assert Counter(events)["version.assessed"] == 1
    compare_graph("validate_model", "concluded, and the run is started again after the answer", run)
    schedule_again(run)
    assert (run_until_pause(validate_model, run), types(judged, before)) == ("Completed", events)
    compare_graph("validate_model", "concluded, and the run is started again after the conclusion", run)
    assert judged.get(Version, V1).review_state is ReviewState.VALIDATED
    assert len(judged.find(Validation)) == 1
