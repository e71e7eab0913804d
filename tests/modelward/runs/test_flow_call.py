"""A flow called on the server: started exactly once; its wait, its result and its error are reported."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import typer
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed, Failed, Paused, Pending, Running, Scheduled

from data.errors import GateRefusedError, ModelwardError, NotFoundError, PrefectUnavailableError
from modelward.runs import flow_call, running
from modelward.runs.flow_call import CallOptions, call, failure_of, plain, waits_for
from modelward.runs.running_server import RunningSupervisor
from modelward.supervisor.process_specs import POOL
from modelward.supervisor.work_pool import create_pool
from tests.world import World

EXCEPTION = "Flow run encountered an exception: "
FAILURES: dict[str, tuple[str, type[ModelwardError], str, str]] = {
    "a refusal with its remedy": (
        f"{EXCEPTION}GateRefusedError: GAP-1 failed:\nby far\n  → train again",
        GateRefusedError,
        "GAP-1 failed:\nby far",
        "train again",
    ),
    "an input without a remedy of its own": (
        f"{EXCEPTION}NotFoundError: there is no model x",
        NotFoundError,
        "there is no model x",
        NotFoundError.default_remedy,
    ),
    "an error that is not of modelward": (
        f"{EXCEPTION}KeyError: 'x'",
        PrefectUnavailableError,
        f"the run ended as Failed: {EXCEPTION}KeyError: 'x'",
        "open http://page",
    ),
    "a name in data.errors that is not an error": (
        f"{EXCEPTION}ClassVarError: x",
        PrefectUnavailableError,
        f"the run ended as Failed: {EXCEPTION}ClassVarError: x",
        "open http://page",
    ),
    "no message": ("", PrefectUnavailableError, "the run ended as Failed: ", "open http://page"),
}


@pytest.mark.parametrize(("message", "kind", "what", "remedy"), FAILURES.values(), ids=FAILURES)
def test_a_failed_run_gives_the_error_that_it_raised(
    message: str, kind: type[ModelwardError], what: str, remedy: str
) -> None:
    error = failure_of("Failed", message, "http://page")
    assert (type(error), error.what, error.remedy) == (kind, what, remedy)


def test_parameters_become_json_values() -> None:
    values = plain(
        {"as_of": datetime(2026, 3, 1, tzinfo=UTC), "through": date(2026, 2, 28), "models": None, "slot": "x"}
    )
    assert values == {"as_of": "2026-03-01T00:00:00+00:00", "through": "2026-02-28", "models": None, "slot": "x"}


@pytest.fixture
def supervisor(prefect_server: None, world: World, monkeypatch: pytest.MonkeyPatch) -> RunningSupervisor:
    """A server with a deployment, used as the server of `modelward up`."""
    with get_client(sync_client=True) as client:
        client.create_deployment(client.create_flow_from_name("attest registry"), "attest-registry")
    supervisor = RunningSupervisor(1, "", str(PREFECT_API_URL.value()), "http://ui", "")
    for module in (flow_call, running):
        monkeypatch.setattr(module, "running_supervisor", lambda: supervisor)
    return supervisor


def the_runs(flow: str = "attest registry") -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return [one for one in client.read_flow_runs() if client.read_flow(one.flow_id).name == flow]


def test_a_repeated_request_after_a_lost_reply_starts_the_flow_once(
    supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, send, lost = len(the_runs()), httpx.Client.send, list[str]()

    def send_and_lose(self: httpx.Client, request: httpx.Request, *rest: Any, **more: Any) -> httpx.Response:
        reply = send(self, request, *rest, **more)
        if request.url.path.endswith("/create_flow_run") and not lost:
            lost.append(request.url.path)
            raise httpx.ReadTimeout("no reply came", request=request)
        return reply

    monkeypatch.setattr(httpx.Client, "send", send_and_lose)
    for _ in range(2):
        with pytest.raises(typer.Exit):
            call("attest_registry", CallOptions(by="dev", no_wait=True), {})
    assert len(lost) == 1
    assert len(the_runs()) == before + 2, "one for each command"


def test_a_program_that_does_not_wait_gets_the_run_and_how_to_follow_it(
    supervisor: RunningSupervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as left:
        call("attest_registry", CallOptions(by="dev", no_wait=True, as_json=True), {}, "attesting")
    shown = json.loads(capsys.readouterr().out)
    assert (left.value.exit_code, shown["flow"]) == (0, "attest_registry")
    assert shown["run"] in {str(run.id) for run in the_runs()}
    assert shown["page"] == f"http://ui/runs/flow-run/{shown['run']}"
    assert httpx.get(shown["api"]).json()["state_type"] == "SCHEDULED"
    assert shown["follow"].endswith(f"prefect flow-run inspect {shown['run']}")


def ended(supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch, state: State) -> Any:
    monkeypatch.setattr(flow_call, "_follow", lambda *_: state)
    return call("attest_registry", CallOptions(by="dev"), {})


def test_a_result_that_cannot_be_read_is_an_error(
    supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PrefectUnavailableError, match="the run completed, but its result cannot be read") as raised:
        ended(supervisor, monkeypatch, Completed())
    assert raised.value.remedy.startswith("open http://ui/runs/flow-run/")


def test_a_failed_run_raises_its_error(supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GateRefusedError, match="no"):
        ended(supervisor, monkeypatch, Failed(message=f"{EXCEPTION}GateRefusedError: no"))


WAITS: dict[str, tuple[State, float, str]] = {
    "a run that was just created": (Scheduled(), 1, ""),
    "a run without a worker": (Scheduled(), 20, "no worker has the run yet"),
    "a run that a worker has just taken": (Pending(), 1, ""),
    "a run whose process does not start": (Pending(), 20, "its process has not started"),
    "a run in progress": (Running(), 999, ""),
    "a run that waits for people": (Paused(), 1, "the run waits for people"),
}


@pytest.mark.parametrize(("state", "seconds", "words"), WAITS.values(), ids=WAITS)
def test_the_reason_for_waiting_is_reported_for(
    supervisor: RunningSupervisor, state: State, seconds: float, words: str
) -> None:
    reason = waits_for(FlowRun(flow_id=uuid4(), state=state), seconds, supervisor)
    assert (words in reason) if words else not reason


def test_a_run_in_a_full_queue_reports_the_full_queue(supervisor: RunningSupervisor) -> None:
    with get_client(sync_client=True) as client:
        with suppress(ObjectNotFound):
            client.delete_work_pool(POOL)  # other tests create it on this server without a limit
        create_pool(client)
        flow = client.create_flow_from_name("a long flow")
        deployment = client.create_deployment(flow, "long", work_pool_name=POOL, work_queue_name="default")
        for _ in range(4):
            client.set_flow_run_state(client.create_flow_run_from_deployment(deployment).id, Running(), force=True)
        waiting = client.create_flow_run_from_deployment(deployment)
    assert waits_for(waiting, 20, supervisor).startswith(
        "the queue default is full: 4 of at most 4 runs are in progress"
    )
