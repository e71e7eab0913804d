"""On a real server: the work pool and its queues, blocked queues, and the runs that an earlier `up` left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelling, Pending, Running, Scheduled, Suspended

from modelward.supervisor.process_specs import POOL
from modelward.supervisor.queue_blockage import queue_blockage
from modelward.supervisor.stale_runs import cancel_missed_runs, crash_dead_runs
from modelward.supervisor.work_pool import QUEUE, RUNS_AT_ONCE, URGENT, create_pool

DAY = timedelta(days=1)


@pytest.fixture
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    """A client of a server on which the pool is new and nothing runs; other tests use the same server."""
    with get_client(sync_client=True) as client:
        clear(client)
        create_pool(client)
        yield client
        clear(client)


def clear(client: SyncPrefectClient) -> None:
    """Delete every run, and our pool where there is one."""
    for run in client.read_flow_runs():
        client.delete_flow_run(run.id)
    with suppress(ObjectNotFound):
        client.delete_work_pool(POOL)


def deployed(client: SyncPrefectClient, queue: str = QUEUE, name: str = "") -> UUID:
    flow = client.create_flow_from_name("a flow")
    return client.create_deployment(flow, name or f"d-{uuid4()}", work_pool_name=POOL, work_queue_name=queue)


def run_in(client: SyncPrefectClient, state: State, deployment: UUID | None = None) -> UUID:
    run = client.create_flow_run_from_deployment(deployment or deployed(client)).id
    client.set_flow_run_state(run, state, force=True)
    return run


def limits(client: SyncPrefectClient) -> dict[str, int | None]:
    queues = {one: client.read_work_queue_by_name(one, work_pool_name=POOL) for one in (QUEUE, URGENT)}
    return {"pool": client.read_work_pool(POOL).concurrency_limit} | {
        name: one.concurrency_limit for name, one in queues.items()
    }


def held_up(queue: str = "") -> tuple[str, ...]:
    return queue_blockage(str(PREFECT_API_URL.value()), "", queue)


def test_only_the_default_queue_has_a_limit(client: SyncPrefectClient) -> None:
    assert limits(client) == {"pool": None, QUEUE: RUNS_AT_ONCE, URGENT: None}
    assert client.read_work_queue_by_name(URGENT, work_pool_name=POOL).priority == 1


def test_a_full_default_queue_does_not_block_the_urgent_queue(client: SyncPrefectClient) -> None:
    for _ in range(RUNS_AT_ONCE):
        run_in(client, Running())
    waits = run_in(client, Scheduled())
    urgent = run_in(client, Scheduled(), deployed(client, URGENT))
    due = [one.flow_run.id for one in client.get_scheduled_flow_runs_for_work_pool(POOL)]
    assert due == [urgent]
    (reason,) = held_up()
    assert reason == "the queue default is full: 4 of at most 4 runs are in progress; other runs wait until one ends"
    assert (held_up(QUEUE), held_up(URGENT)) == ((reason,), ())
    crash_dead_runs(client)
    assert {one.flow_run.id for one in client.get_scheduled_flow_runs_for_work_pool(POOL)} == {urgent, waits}
    assert held_up() == ()


def test_changes_of_an_operator_to_pool_and_queues_are_kept(client: SyncPrefectClient) -> None:
    queue = client.read_work_queue_by_name(QUEUE, work_pool_name=POOL)
    client.update_work_queue(queue.id, concurrency_limit=9)
    client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=7, is_paused=True))
    create_pool(client)
    assert limits(client) == {"pool": 7, QUEUE: 9, URGENT: None}
    assert client.read_work_pool(POOL).is_paused
    assert held_up() == (
        "the work pool modelward is paused: no run starts until the pool is resumed in the Prefect UI",
    )


def test_a_paused_queue_is_reported(client: SyncPrefectClient) -> None:
    client.update_work_queue(client.read_work_queue_by_name(URGENT, work_pool_name=POOL).id, is_paused=True)
    (reason,) = held_up()
    assert reason.startswith("the queue urgent is paused: none of its runs starts")


def test_the_limit_of_a_pool_without_an_urgent_queue_moves_to_the_default_queue(client: SyncPrefectClient) -> None:
    client.delete_work_pool(POOL)
    client.create_work_pool(WorkPoolCreate(name=POOL, type="process", concurrency_limit=6))
    create_pool(client)
    assert limits(client) == {"pool": None, QUEUE: 6, URGENT: None}


ENDS = {
    "a running run": (Running(), "Crashed"),
    "a pending run": (Pending(), "Crashed"),
    "a run that is being cancelled": (Cancelling(), "Cancelled"),
    "a run that waits for people": (Suspended(timeout_seconds=3_600), "Suspended"),
    "a scheduled run": (Scheduled(), "Scheduled"),
}


@pytest.mark.parametrize(("state", "end"), ENDS.values(), ids=ENDS)
def test_a_run_without_a_process_ends_as(client: SyncPrefectClient, state: State, end: str) -> None:
    run = run_in(client, Running())
    client.set_flow_run_state(run, state, force=True)
    lines = crash_dead_runs(client)
    found = client.read_flow_run(run)
    assert found.state_name == end
    changed = [f"run {found.name} was marked {end.lower()}: its process ended with the `modelward up` that ran it"]
    assert lines == (changed if end in ("Crashed", "Cancelled") else [])


def test_a_run_of_another_work_pool_is_not_changed(client: SyncPrefectClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="another", type="process"))
    deployment = client.create_deployment(client.create_flow_from_name("a flow"), "other", work_pool_name="another")
    run = run_in(client, Running(), deployment)
    assert crash_dead_runs(client) == []
    assert client.read_flow_run(run).state_name == "Running"


def schedule_runs(client: SyncPrefectClient, deployment: UUID, first: datetime, last: datetime) -> None:
    """Let the server schedule the runs of a deployment between two times, as it does ahead of time."""
    times: dict[str, Any] = {"start_time": first.isoformat(), "end_time": last.isoformat(), "min_runs": 10}
    client.request("POST", f"/deployments/{deployment}/schedule", json=times).raise_for_status()


def nightly(client: SyncPrefectClient, name: str, **parameters: Any) -> UUID:
    deployment = deployed(client, name=name)
    schedule = {"schedule": {"cron": "30 3 * * *", "timezone": "UTC"}, "active": True, "parameters": parameters}
    client.request("POST", f"/deployments/{deployment}/schedules", json=[schedule]).raise_for_status()
    return deployment


def states(client: SyncPrefectClient, deployment: UUID) -> list[str]:
    runs = [one for one in client.read_flow_runs() if one.deployment_id == deployment]
    past = [one for one in runs if one.expected_start_time is not None and one.expected_start_time < datetime.now(UTC)]
    return [str(one.state_name) for one in sorted(past, key=lambda one: one.expected_start_time or datetime.now(UTC))]


def test_of_missed_scheduled_runs_only_the_latest_is_kept(client: SyncPrefectClient) -> None:
    nights, once = nightly(client, "monitor"), nightly(client, "attest")
    now = datetime.now(UTC)
    schedule_runs(client, nights, now - 3 * DAY, now)
    schedule_runs(client, once, now - DAY, now)
    manual_run = run_in(client, Scheduled(scheduled_time=now - 2 * DAY), nights)
    (line,) = cancel_missed_runs(client)
    assert line.startswith("monitor missed ")
    assert line.count(" 03:30") == 3
    assert line.endswith("while `modelward up` was not running; only the latest of them runs")
    client.delete_flow_run(manual_run)
    assert states(client, nights) == ["Cancelled", "Cancelled", "Scheduled"]
    assert states(client, once) == ["Scheduled"]
    assert cancel_missed_runs(client) == []


def test_runs_that_a_person_started_or_answered_are_not_cancelled(client: SyncPrefectClient) -> None:
    deployment = deployed(client)
    earlier = datetime.now(UTC) - DAY
    runs = [run_in(client, Scheduled(scheduled_time=earlier, name=name), deployment) for name in ("Late", "Resuming")]
    assert cancel_missed_runs(client) == []
    assert [client.read_flow_run(one).state_name for one in runs] == ["Late", "Resuming"]
