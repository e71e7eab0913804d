"""A flow called at the server: once, whatever the network does; what it waits for, answers or fails with is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import typer
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed, Failed, Paused, Pending, Running, Scheduled

from data.errors import GateRefusedError, ModelwardError, NotFoundError, PrefectUnavailableError
from modelward.runs import flow_call, running
from modelward.runs.flow_call import Where, call, failure_of, plain, waits_for
from modelward.runs.running_server import RunningSupervisor
from modelward.supervisor.work_pool import create_pool
from tests.world import World

SAID = "Flow run encountered an exception: "
FAILURES: dict[str, tuple[str, type[ModelwardError], str, str]] = {
    "a refusal with its remedy": (
        f"{SAID}GateRefusedError: GAP-1 failed:\nby far\n  → train again",
        GateRefusedError,
        "GAP-1 failed:\nby far",
        "train again",
    ),
    "an input without a remedy of its own": (
        f"{SAID}NotFoundError: there is no model x",
        NotFoundError,
        "there is no model x",
        NotFoundError.default_remedy,
    ),
    "an error of others": (
        f"{SAID}KeyError: 'x'",
        PrefectUnavailableError,
        f"the run ended Failed: {SAID}KeyError: 'x'",
        "look at http://page",
    ),
    "something that is no error of ours by that name": (
        f"{SAID}ClassVarError: x",
        PrefectUnavailableError,
        f"the run ended Failed: {SAID}ClassVarError: x",
        "look at http://page",
    ),
    "nothing said": ("", PrefectUnavailableError, "the run ended Failed: ", "look at http://page"),
}


@pytest.mark.parametrize(("message", "kind", "what", "remedy"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_the_error_it_was(message: str, kind: type[ModelwardError], what: str, remedy: str) -> None:
    error = failure_of("Failed", message, "http://page")
    assert (type(error), error.what, error.remedy) == (kind, what, remedy)


def test_parameters_travel_as_plain_values() -> None:
    told = plain({"as_of": datetime(2026, 3, 1, tzinfo=UTC), "through": date(2026, 2, 28), "models": None, "slot": "x"})
    assert told == {"as_of": "2026-03-01T00:00:00+00:00", "through": "2026-02-28", "models": None, "slot": "x"}


@pytest.fixture
def supervisor(prefect_server: None, world: World, monkeypatch: pytest.MonkeyPatch) -> RunningSupervisor:
    """A server that counts as the one which `modelward up` keeps, with a deployment."""
    with get_client(sync_client=True) as client:
        client.create_deployment(client.create_flow_from_name("attest registry"), "attest-registry")
    supervisor = RunningSupervisor(1, "", str(PREFECT_API_URL.value()), "http://ui", "")
    for module in (flow_call, running):
        monkeypatch.setattr(module, "running_supervisor", lambda: supervisor)
    return supervisor


def the_runs(flow: str = "attest registry") -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return [one for one in client.read_flow_runs() if client.read_flow(one.flow_id).name == flow]


def test_a_request_whose_reply_is_lost_is_repeated_and_starts_the_flow_once(
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
            call("attest_registry", Where(by="dev", no_wait=True), {})
    assert len(lost) == 1
    assert len(the_runs()) == before + 2, "one for each command"


def ended(supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch, state: State) -> Any:
    monkeypatch.setattr(flow_call, "_followed", lambda *_: state)
    return call("attest_registry", Where(by="dev"), {})


def test_an_answer_that_cannot_be_read_is_not_taken_for_nothing(
    supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        PrefectUnavailableError, match="the run completed, and what it answered cannot be read"
    ) as raised:
        ended(supervisor, monkeypatch, Completed())
    assert raised.value.remedy.startswith("look at http://ui/runs/flow-run/")


def test_a_run_that_failed_is_a_failure(supervisor: RunningSupervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GateRefusedError, match="no"):
        ended(supervisor, monkeypatch, Failed(message=f"{SAID}GateRefusedError: no"))


WAITS: dict[str, tuple[State, float, str]] = {
    "a run that has just been asked for": (Scheduled(), 1, ""),
    "one that nobody takes": (Scheduled(), 20, "no worker has taken it yet"),
    "one that has just been taken": (Pending(), 1, ""),
    "one whose process does not begin": (Pending(), 20, "its process has not begun"),
    "one that goes on": (Running(), 999, ""),
    "one that waits for people": (Paused(), 1, "it waits for people"),
}


@pytest.mark.parametrize(("state", "seconds", "said"), WAITS.values(), ids=WAITS)
def test_what_is_waited_for_with(supervisor: RunningSupervisor, state: State, seconds: float, said: str) -> None:
    told = waits_for(FlowRun(flow_id=uuid4(), state=state), seconds, supervisor)
    assert (said in told) if said else not told


def test_a_run_that_a_full_queue_holds_up_says_so(supervisor: RunningSupervisor) -> None:
    with get_client(sync_client=True) as client:
        create_pool(client)
        flow = client.create_flow_from_name("a long flow")
        deployment = client.create_deployment(flow, "long", work_pool_name="modelward", work_queue_name="default")
        for _ in range(4):
            client.set_flow_run_state(client.create_flow_run_from_deployment(deployment).id, Running(), force=True)
        waiting = client.create_flow_run_from_deployment(deployment)
    assert waits_for(waiting, 20, supervisor).startswith("the queue default is full: 4 runs go on")
