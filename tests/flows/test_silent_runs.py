"""A run whose process is gone without a word is called crashed, and one that only waits, or still speaks, is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus, StateRejectDetails
from prefect.states import Pending, Running, Suspended

from data.errors import PrefectUnavailableError
from data.records.person import SERVICE
from data.records.run_context import RunContext
from flows.attest_registry import attest_registry
from flows.reconcile_operations import reconcile_operations
from tasks.maintain import crash_silent_runs
from tasks.maintain.crash_silent_runs import silent_runs
from tests.flows.served_runs import state_of
from tests.operations import begin_deploy
from tests.retirement_fixtures import under_baseline
from tests.supervisor_fixtures import until
from tests.world import World


@contextmanager
def said_to_be(state: State) -> Iterator[UUID]:
    """A run of one of our deployments that says it is in this state, and has no process."""
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow_from_name(attest_registry.name)
        deployment = client.create_deployment(flow_id, f"silent-{uuid4()}", tags=["modelward", "audit"])
        run = client.create_flow_run_from_deployment(deployment).id
        client.set_flow_run_state(run, state, force=True)
        yield run
        client.delete_flow_run(run)


@pytest.fixture
def running() -> Iterator[UUID]:
    """One that says it runs."""
    with said_to_be(Running()) as run:
        yield run


def sweep(world: World) -> list[str]:
    """What is said of each run that was looked at and found dead."""
    return [report for _, act in silent_runs(RunContext(SERVICE, world.now, "")) if (report := act())]


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """So much time has passed."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(minutes=minutes)

    monkeypatch.setattr(crash_silent_runs, "datetime", Clock)


def test_a_run_that_has_just_begun_is_left_alone(world: World, running: UUID) -> None:
    assert sweep(world) == []
    assert state_of(running) == "Running"


def test_a_run_of_which_nothing_was_heard_is_called_crashed_once(
    world: World, running: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 10)
    (report,) = reconcile_operations(as_of=world.now)["silent"]
    assert report.endswith("was marked crashed: it sends no events any more")
    assert state_of(running) == "Crashed"
    assert sweep(world) == []


def test_a_run_whose_process_never_began_is_called_crashed_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with said_to_be(Pending()) as pending:
        assert sweep(world) == []
        later(monkeypatch, 10)
        assert len(sweep(world)) == 1
        assert state_of(pending) == "Crashed"


def test_what_the_server_does_not_take_is_not_said_to_be_done(
    world: World, running: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 10)
    refusal = OrchestrationResult(state=None, status=SetStateStatus.REJECT, details=StateRejectDetails(reason="no"))
    monkeypatch.setattr(SyncPrefectClient, "set_flow_run_state", lambda *_, **__: refusal)
    with pytest.raises(PrefectUnavailableError, match="Prefect did not take it that run .* is Crashed: reject"):
        sweep(world)


def test_a_server_that_stumbles_keeps_nothing_else_from_being_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_baseline(world)
    begin_deploy(world, world.approved())

    def stumble(*_: object, **__: object) -> None:
        raise httpx.ReadTimeout("too slow")

    monkeypatch.setattr(SyncPrefectClient, "read_flow_runs", stumble)
    report = reconcile_operations(as_of=world.now)
    assert report["operations"] == ["the deploy of ops/delay v1 was undone"]
    (failed,) = report["failed"]
    assert failed.startswith("looking for silent: Prefect could not be asked about silent runs: too slow → ")


def test_a_run_that_was_heard_of_is_left_alone(world: World, running: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, 10)
    name = f"prefect.flow-run.{running}"
    heartbeat: dict[str, Any] = {
        "id": str(uuid4()),
        "occurred": (datetime.now(UTC) + timedelta(minutes=9)).isoformat(),
        "event": "prefect.flow-run.heartbeat",
        "resource": {"prefect.resource.id": name},
    }
    with get_client(sync_client=True) as client:
        client.request("POST", "/events", json=[heartbeat]).raise_for_status()
        query = {"filter": {"occurred": {"until": heartbeat["occurred"]}, "resource": {"id": [name]}}}
        until(lambda: heartbeat["event"] in client.request("POST", "/events/filter", json=query).text)
    assert sweep(world) == []
    assert state_of(running) == "Running"


def test_a_run_that_waits_for_a_person_is_silent_and_alive(
    world: World, running: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 10)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(running, Suspended(timeout_seconds=3_600), force=True)
    assert sweep(world) == []
    assert state_of(running) == "Suspended"
