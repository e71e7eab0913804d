"""A run without a process is marked as crashed; a run that waits, or still sends events, is not."""

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
def run_in_state(state: State) -> Iterator[UUID]:
    """Return a run of a modelward deployment in this state, without a process."""
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow_from_name(attest_registry.name)
        deployment = client.create_deployment(flow_id, f"silent-{uuid4()}", tags=["modelward", "audit"])
        run = client.create_flow_run_from_deployment(deployment).id
        client.set_flow_run_state(run, state, force=True)
        yield run
        client.delete_flow_run(run)


@pytest.fixture
def running() -> Iterator[UUID]:
    """Return a run that is recorded as running."""
    with run_in_state(Running()) as run:
        yield run


def sweep(world: World) -> list[str]:
    """Run the job and return its sentences about the runs that it marked as crashed."""
    return [report for _, act in silent_runs(RunContext(SERVICE, world.now, "")) if (report := act())]


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """Move the clock forward."""

    class LaterClock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(minutes=minutes)

    monkeypatch.setattr(crash_silent_runs, "datetime", LaterClock)


def test_a_new_run_is_not_marked_as_crashed(world: World, running: UUID) -> None:
    assert sweep(world) == []
    assert state_of(running) == "Running"


def test_a_silent_run_is_marked_as_crashed_once(world: World, running: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, 10)
    (report,) = reconcile_operations(as_of=world.now)["silent"]
    assert report.endswith("was marked crashed: it sent no event for 150 s")
    assert state_of(running) == "Crashed"
    assert sweep(world) == []


def test_a_pending_run_without_a_process_is_marked_as_crashed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with run_in_state(Pending()) as pending:
        assert sweep(world) == []
        later(monkeypatch, 10)
        assert len(sweep(world)) == 1
        assert state_of(pending) == "Crashed"


def test_a_rejected_state_change_is_reported_as_failed(
    world: World, running: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 10)
    refusal = OrchestrationResult(state=None, status=SetStateStatus.REJECT, details=StateRejectDetails(reason="no"))
    monkeypatch.setattr(SyncPrefectClient, "set_flow_run_state", lambda *_, **__: refusal)
    with pytest.raises(PrefectUnavailableError, match="Prefect did not set run .* to Crashed: reject"):
        sweep(world)


def test_a_server_error_for_one_run_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    under_baseline(world)
    begin_deploy(world, world.approved())

    def stumble(*_: object, **__: object) -> None:
        raise httpx.ReadTimeout("too slow")

    monkeypatch.setattr(SyncPrefectClient, "read_flow_runs", stumble)
    report = reconcile_operations(as_of=world.now)
    assert report["operations"] == ["the deploy of ops/delay v1 was undone"]
    (failed,) = report["failed"]
    assert failed.startswith("finding work for silent: the request to Prefect about silent runs failed: too slow → ")


def test_a_run_with_recent_events_is_not_marked_as_crashed(
    world: World, running: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_a_run_that_waits_for_a_person_is_not_marked_as_crashed(
    world: World, running: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 10)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(running, Suspended(timeout_seconds=3_600), force=True)
    assert sweep(world) == []
    assert state_of(running) == "Suspended"
