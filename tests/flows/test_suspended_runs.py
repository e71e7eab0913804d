"""Runs of a deployment let go while they wait: the process exits, and after each answer they start from the top.

Every step is taken again in each pass and comes to the same: one request, one deployment, one conclusion.
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
from data.files.serving import FileTarget, Place
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
from tests.flows.answers import answer, conclusion, newest_request, read_late
from tests.flows.run_graph import compare_graph
from tests.flows.served_runs import answered, pass_through, result_of, scheduled, state_of, worker_pass
from tests.judged_model import USE, V1
from tests.operations import deployed
from tests.world import MODEL, World


def deployment_run(world: World) -> UUID:
    return scheduled(deploy_model, version=V1, use=USE, as_of=world.now)


def once_more(run: UUID) -> None:
    """An API client, or a worker that lost its way, schedules the run again, whatever state it is in."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, Scheduled(), force=True)


def types(world: World, before: int = 0) -> list[str]:
    return [one["type"] for one in world.events()[before:]]


def test_the_process_exits_while_people_are_waited_for(validated: World) -> None:
    """Three processes, one after the other, as a worker starts them; none is alive while somebody thinks."""
    run = deployment_run(validated)
    for person in ("alma", "axel"):
        assert (worker_pass(run, validated.home.root).returncode, state_of(run)) == (0, "Suspended")
        answered(run, **answer(validated, person))
        assert state_of(run) == "Resuming"
    assert (worker_pass(run, validated.home.root).returncode, state_of(run)) == (0, "Completed")
    (deployment,) = validated.find(Deployment)
    assert (deployment.state, deployment.run_id) == ("deployed", str(run))
    compare_graph("deploy_model", "two people approve, and the run is started again after each answer", run)


def test_each_pass_starts_from_the_top_and_asks_for_nothing_twice(validated: World) -> None:
    run, before = deployment_run(validated), len(validated.events())
    for person in ("alma", "axel"):
        assert pass_through(deploy_model, run) == "Suspended"
        answered(run, **answer(validated, person))
    assert pass_through(deploy_model, run) == "Completed"
    assert Counter(types(validated, before)) == {
        "verdicts.recorded": 2,
        "approval.requested": 1,
        "credential.attempted": 2,
        "approval.decided": 2,
        "operation.begun": 1,
        "deployment.completed": 1,
    }
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]


def test_a_deployment_that_is_done_is_found_done_by_another_pass(validated: World) -> None:
    run = deployment_run(validated)
    for person in ("alma", "axel"):
        pass_through(deploy_model, run)
        answered(run, **answer(validated, person))
    pass_through(deploy_model, run)
    events, manifest = len(validated.events()), FileTarget(validated.home).read(Place(MODEL))
    once_more(run)
    assert (pass_through(deploy_model, run), len(validated.events())) == ("Completed", events)
    assert FileTarget(validated.home).read(Place(MODEL)) == manifest


def test_a_wrong_code_is_asked_again_with_the_reason_on_top(validated: World) -> None:
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    answered(run, **answer(validated, "alma", code="000000"))
    assert pass_through(deploy_model, run) == "Suspended"
    form = answered(run, **answer(validated, "alma"))
    assert form.description.startswith("**⚠ Not accepted, please answer again:** the one-time code of alma is wrong")
    assert pass_through(deploy_model, run) == "Suspended"
    assert [one.person for one in validated.find(Vote)] == ["alma"]
    answered(run, **answer(validated, "axel"))
    assert pass_through(deploy_model, run) == "Completed"
    steps = compare_graph("deploy_model", "a wrong code, then two people approve", run)
    assert [name.partition(": ")[2] for name in steps if name.startswith("verdict")] == [
        "not accepted",
        "approve, request pending",
        "approve, request approved",
    ]


def test_a_code_counts_by_when_it_was_handed_in(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused because the process that reads their code took a minute and a half to start."""
    run, late = deployment_run(validated), timedelta(seconds=90)
    pass_through(deploy_model, run)
    then = answer(validated, "alma", code=validated.phone("alma").at(validated.now - late))
    answered(run, **then)
    assert (pass_through(deploy_model, run), validated.find(Vote)) == ("Suspended", []), "it was read at once"
    answered(run, **then)
    read_late(monkeypatch, late)
    assert pass_through(deploy_model, run) == "Suspended"
    assert [one.person for one in validated.find(Vote)] == ["alma"]


def test_a_run_forced_on_without_an_answer_approves_nothing_and_asks_again(validated: World) -> None:
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    for _ in range(2):
        once_more(run)
        assert pass_through(deploy_model, run) == "Suspended"
    form = answered(run, **answer(validated, "alma"))
    assert form.key == "gate-approval-3"
    assert (newest_request(validated).state, validated.find(Vote)) == ("pending", [])


def test_an_answer_is_judged_on_what_is_there_when_the_run_goes_on(validated: World) -> None:
    """Between answer and next pass a finding is opened: what the approver read is not what is there."""
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    answered(run, **answer(validated, "alma"))
    due = validated.now + timedelta(days=9)
    values = {"title": "no wind", "text": "in March", "owner": "dev", "due_at": due}
    validated.do(OpenFinding(version=V1, severity="low", **values), by="vera")
    assert pass_through(deploy_model, run) == "Failed"
    assert (newest_request(validated).state, validated.find(Vote)) == ("withdrawn", [])
    with pytest.raises(StaleEvidenceError):
        result_of(run)


def test_a_champion_that_changed_between_two_answers_ends_the_run(validated: World) -> None:
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    answered(run, **answer(validated, "alma"))
    assert pass_through(deploy_model, run) == "Suspended"
    second = deployed(validated)
    answered(run, **answer(validated, "rita"))
    assert pass_through(deploy_model, run) == "Failed"
    assert newest_request(validated).reason.endswith("ops/delay v2 serves now")
    assert validated.find(Deployment) == [second]


def test_a_champion_that_changed_after_the_last_answer_is_seen_before_anything_is_published(validated: World) -> None:
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    request = newest_request(validated)
    for person in ("alma", "axel"):
        validated.decide(request, person)
    second = deployed(validated)
    once_more(run)
    assert pass_through(deploy_model, run) == "Failed"
    assert validated.get(ApprovalRequest, request.key).state == "approved"
    assert (validated.find(Deployment), FileTarget(validated.home).read(Place(MODEL))) == ([second], None)


def test_a_request_decided_elsewhere_lets_the_run_finish(validated: World) -> None:
    """The registry is the judge: what stands there counts, however the run was set going again."""
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    for person in ("alma", "axel"):
        validated.decide(newest_request(validated), person)
    once_more(run)
    assert (pass_through(deploy_model, run), len(validated.find(Deployment))) == ("Completed", 1)
    compare_graph("deploy_model", "decided beside the run", run)


def test_what_is_refused_to_others_meanwhile_takes_no_answer_away(judged: World) -> None:
    run = scheduled(validate_model, version=V1, use=USE, as_of=judged.now)
    assert pass_through(validate_model, run) == "Suspended"
    judged.grant("dev", "validator")
    for person in ("alma", "dev"):
        with pytest.raises(RefusedError):
            judged.do(concluding(judged, person), by=person, run_id="")
    answered(run, **conclusion(judged))
    assert pass_through(validate_model, run) == "Completed"
    assert [one.validator for one in judged.find(Validation)] == ["vera"]


def concluding(world: World, person: str) -> ConcludeValidation:
    values = {"conclusion": "fit", "scope": "all", "limitations": "one year", "competence": "long"}
    return ConcludeValidation(version=V1, evidence_digest=world.digest(V1), proof=world.proof(person), **values)


def test_a_conclusion_is_not_on_what_was_found_after_its_form_was_shown(judged: World) -> None:
    run = scheduled(validate_model, version=V1, use=USE, as_of=judged.now)
    assert pass_through(validate_model, run) == "Suspended"
    values = {"title": "no wind", "text": "in March", "owner": "dev", "due_at": judged.now + timedelta(days=9)}
    judged.do(OpenFinding(version=V1, severity="low", **values), by="outsider")
    answered(run, **conclusion(judged))
    assert (pass_through(validate_model, run), judged.find(Validation)) == ("Suspended", [])
    form = answered(run, **conclusion(judged))
    assert "is not what the validator read" in form.description.splitlines()[0]
    assert "**finding 1, low, open**" in form.description
    assert pass_through(validate_model, run) == "Completed"
    assert judged.find(Validation)[0].evidence_digest == judged.find(VerdictSet, version=V1)[-1].evidence_digest
    compare_graph("validate_model", "the evidence changed before the answer", run)


def test_a_registry_held_by_another_process_costs_nobody_their_signature(
    validated: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = deployment_run(validated)
    pass_through(deploy_model, run)
    answered(run, **answer(validated, "alma"))
    pass_through(deploy_model, run)
    execute = Registry.execute

    def held(registry: Registry, command: Command, *values: Any, **more: Any) -> Any:
        if isinstance(command, Decide):
            raise StoreLockedError("the registry is held by process 7")
        return execute(registry, command, *values, **more)

    answered(run, **answer(validated, "axel"))
    with monkeypatch.context() as busy:
        busy.setattr(Registry, "execute", held)
        assert pass_through(deploy_model, run) == "Suspended"
    form = answered(run, **answer(validated, "axel"))
    assert "the registry is held by process 7" in form.description.splitlines()[0]
    assert pass_through(deploy_model, run) == "Completed"
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]


def test_a_validation_measures_once_and_concludes_once(judged: World) -> None:
    run, before = scheduled(validate_model, version=V1, use=USE, as_of=judged.now), len(judged.events())
    assert pass_through(validate_model, run) == "Suspended"
    answered(run, **conclusion(judged))
    assert pass_through(validate_model, run) == "Completed"
    events = types(judged, before)
    assert events[-2:] == ["credential.attempted", "validation.concluded"]
    assert Counter(events)["version.assessed"] == 1
    compare_graph("validate_model", "concluded, and the run is started again after the answer", run)
    once_more(run)
    assert (pass_through(validate_model, run), types(judged, before)) == ("Completed", events)
    assert judged.get(Version, V1).review_state is ReviewState.VALIDATED
    assert len(judged.find(Validation)) == 1
