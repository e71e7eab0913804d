"""The lifecycle on the command line, with real flows on a real Prefect server; people answer the waiting runs."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import RefusedError
from data.files.artifacts import file_digest
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.version import ReviewState, Version
from data.registry.commands.log import AdoptStandard
from gates.standard import load_standard
from tasks.run.form_answer import FormAnswer
from tests.gates.standards import next_baseline
from tests.modelward.conftest import Cli
from tests.operations import deployed
from tests.submissions import write_filled
from tests.world import World

LATE = "models/ops/late/versions/1"


pytestmark = pytest.mark.usefixtures("prefect_server")


class FlowThread(threading.Thread):
    """A thread that runs a flow while the test continues."""

    def __init__(self, flow: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._flow, self._context = flow, contextvars.copy_context()
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._context.run(self._flow)
        except Exception as error:  # noqa: BLE001 – the test checks it
            self.result = error

    def ended(self) -> Any:
        """Wait for the flow to end; return its result or its error."""
        self.join(timeout=120)
        assert not self.is_alive(), "the flow still waits"
        return self.result


def until(claim: Callable[[], bool]) -> None:
    """Wait until a condition holds; fail after 120 seconds."""
    deadline = time.monotonic() + 120
    while not claim():
        assert time.monotonic() < deadline, "the condition did not hold within 120 s"
        time.sleep(0.2)


@pytest.fixture
def baselined(world: World) -> World:
    """A world that has adopted the next version of the baseline."""
    version, text = next_baseline()
    command = AdoptStandard(
        standard="baseline", version=version, title="Baseline", digest=world.artifacts.put(text.encode()),
        controls=len(load_standard(text).controls),
        proof=world.proof("adam"),
    )  # fmt: skip
    world.do(command, by="adam")
    return world


def answered(cli: Cli, world: World, about: str, person: str, *fields: str, code: str = "") -> Any:
    """Answer the form of a waiting run as a person, as soon as the run waits."""
    typed = (code or world.phone(person).at(world.now)) + "\n"
    options = [part for field in fields for part in ("--set", field)]
    deadline = time.monotonic() + 60
    while True:
        result = cli("approvals", "answer", about, "--by", person, "--code-from-stdin", "--json", *options, typed=typed)
        if "no run waits" not in result.out or time.monotonic() > deadline:
            return result
        time.sleep(0.2)


def test_a_folder_is_registered_once_and_does_not_clear_its_gates_with_uncommitted_code(
    baselined: World, cli: Cli, tmp_path: Path
) -> None:
    folder = write_filled(tmp_path / "submission")
    at = ("--as-of", baselined.move(minutes=1).isoformat())
    result = cli("register", folder, "--by", "dev", *at)
    assert (result.code, result.out.splitlines()[0]) == (0, "registered ops/late/1")
    assert "is already registered as ops/late/1" in cli("register", folder, "--by", "dev", *at).out
    assert baselined.get(Version, LATE).submitter == "dev"
    events = len(baselined.events())
    preview = cli("validate", "late", "--preview", *at)
    assert (preview.code, "→ PRV-1: commit the code" in preview.out) == (1, True)
    assert len(baselined.events()) == events
    refused = cli("validate", "late", "--by", "dev", *at)
    assert (refused.code, "did not clear its gates" in refused.err) == (1, True)
    assert "Traceback" not in refused.err


def test_a_missing_folder_is_wrong_input(world: World, cli: Cli) -> None:
    result = cli("register", "/no/such/folder", "--as-of", world.now.isoformat())
    assert (result.code, "is not a folder" in result.err) == (2, True)


def asking(world: World, version: str) -> Callable[[], ApprovalRequest]:
    """Return a flow that opens a request and waits until two people have decided, as `deploy model` does."""
    from prefect import flow, runtime

    from tasks.approve.ask_approvers import ApprovalForm, current
    from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled, refused

    def settle(request: ApprovalRequest, answer: FormAnswer) -> AnswerOutcome:
        entered = answer.entered
        assert isinstance(entered, ApprovalForm)
        proof = answer.proof(entered.person, entered.code)
        decision = world.decision(request, entered.person, entered.decision, proof=proof, confirmed=entered.confirm)
        try:
            world.do(decision, by=entered.person, run_id=request.run_id)
        except RefusedError as error:
            return refused(error, new_code=True)
        return AnswerOutcome(done=True)

    @flow(name="ask people")
    def ask() -> ApprovalRequest:
        request = opened_by_run(world, version, str(runtime.flow_run.id))
        question = Question(
            name="approval",
            subject=request.key,
            run_id=request.run_id,
            form=lambda objection: ApprovalForm.with_initial_data(description=f"**Approve it?** {objection.what}"),
            settle=lambda answer: settle(request, answer),
            is_open=lambda: current(request.key).state == "pending",
        )
        while question.is_open():
            ask_until_settled(question, timedelta(days=7), world.now)
        return current(request.key)

    return ask


def test_a_wrong_code_is_refused_and_two_people_approve(world: World, cli: Cli) -> None:
    version = world.validated()
    world.requested(version)
    world.move(minutes=1)
    running = FlowThread(asking(world, version))
    until(lambda: len(world.find(ApprovalRequest, state="pending")) == 2)
    request = world.find(ApprovalRequest, state="pending")[-1]
    fields = ("role=approver", "decision=approve", f"confirm={request.request_digest[-8:]}")
    wrong = answered(cli, world, "delay/1#2", "alma", *fields, code="not-a-code")
    assert (wrong.code, wrong.json["code"]) == (1, "proof"), wrong.out
    first, second = (
        answered(cli, world, about, who, *fields) for about, who in (("delay/1#2", "alma"), ("delay/1", "axel"))
    )
    assert first.json.get("type") == "approval.decided", first.out
    assert second.json.get("actor") == "axel", second.out
    assert running.ended().state == "approved"
    assert world.get(Version, version).review_state is ReviewState.APPROVED


def opened_by_run(world: World, version: str, run_id: str) -> ApprovalRequest:
    """Open a request like the latest one, for a run in progress."""
    from data.registry.commands.approval import RequestApproval

    known = world.find(ApprovalRequest)[-1]
    values = known.model_dump(include=set(RequestApproval.model_fields))
    return world.do(RequestApproval(about=version, **values), run_id=run_id).row(ApprovalRequest)


def test_a_malformed_field_and_a_request_without_a_waiting_run_are_refused(world: World, cli: Cli) -> None:
    result = cli("approvals", "answer", "delay/1#1", "--set", "nonsense")
    assert result.code == 2
    request = world.requested()
    result = cli("approvals", "answer", "delay/1#1", "--json")
    assert (result.code, result.json["code"], request.state) == (1, "request closed", "pending")


def test_a_rollback_needs_no_approval_and_another_person_ratifies_it(baselined: World, cli: Cli) -> None:
    world = baselined
    deployed(world)
    world.move(days=1)
    deployed(world, run_id="op-2")
    world.move(days=1)
    result = cli(
        "rollback", "delay", "--reason", "it drifts", "--by", "otto", "--as-of", world.now.isoformat(), "--json"
    )
    assert result.code == 0, result.err + result.out
    assert (result.json["version"], result.json["state"]) == ("models/ops/delay/versions/1", "deployed")
    code = world.code("olga")
    options = ("--by", "olga", "--code-from-stdin", "--as-of", world.now.isoformat())
    ratified = cli("ratify", "delay", *options, typed=code + "\n")
    assert (ratified.code, ratified.err) == (0, "")
    assert world.get(Deployment, result.json["key"]).ratified_by == "olga"


def test_a_suspension_must_be_ratified(baselined: World, cli: Cli) -> None:
    deployed(baselined)
    baselined.move(days=1)
    options = ("--by", "otto", "--as-of", baselined.now.isoformat())
    result = cli("suspend", "delay", "--reason", "it harms", "--fallback", "the timetable", *options)
    assert (result.code, "suspended" in result.out, "modelward ratify" in result.out) == (0, True, True)


def test_a_rollback_without_an_earlier_version_is_refused_and_suggests_suspend(baselined: World, cli: Cli) -> None:
    deployed(baselined)
    result = cli("rollback", "delay", "--reason", "it drifts", "--as-of", baselined.now.isoformat())
    assert (result.code, "suspend" in result.err) == (1, True)


def test_monitoring_without_a_plan_succeeds(world: World, cli: Cli) -> None:
    result = cli("monitor", "--through", "2013-03-05", "--as-of", "2013-03-06")
    assert (result.code, result.out) == (0, "no model has a monitoring plan\n")


def test_a_retirement_needs_a_reason_a_sunset_and_well_formed_plans(world: World, cli: Cli) -> None:
    world.validated()
    for missing in ((), ("--reason", "worn out"), ("--sunset", "2013-09-01")):
        assert cli("retire", "delay/1", *missing).code == 2
    assert cli("retire", "delay").code == 2
    assert cli("retire", "delay/1", "--reason", "x", "--sunset", "2013-09-01", "--plan", "crews").code == 2


def test_the_registry_is_attested_reviewed_and_reconciled(baselined: World, cli: Cli) -> None:
    at = ("--by", "otto", "--as-of", baselined.now.isoformat())
    attested = cli("attest", *at, "--json")
    assert (attested.code, attested.json["assurance"]) == (0, "local"), attested.err + attested.out
    assert cli("review", "run", *at).out == "nothing is due\n"
    assert cli("reconcile", *at).out == "there was nothing to reconcile\n"


def test_reconcile_expires_a_request_and_reports_it(baselined: World, cli: Cli) -> None:
    request = baselined.requested()
    baselined.move(days=8)
    result = cli("reconcile", "--as-of", baselined.now.isoformat())
    assert result.code == 0, result.err
    assert baselined.get(ApprovalRequest, request.key).state == "expired"
    assert "there was nothing" not in result.out


def test_a_report_can_be_a_single_file(world: World, cli: Cli, tmp_path: Path) -> None:
    deployed(world)
    target = tmp_path / "report.html"
    result = cli("report", "delay", "--out", target, "--json")
    assert (result.code, result.json["page"]) == (0, str(target)), result.err
    assert "ops/delay" in target.read_text()
    assert result.json["digest"] == file_digest(target)
    again = cli("report", "delay", "--out", target)
    printed = " ".join((again.out + again.err).split())
    assert f"a copy without a seal; note its digest to find a later change: {file_digest(target)}" in printed
    assert "`modelward audit export ops/delay --to FOLDER`" in printed
