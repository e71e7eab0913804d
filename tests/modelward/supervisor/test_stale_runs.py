"""At a real server: the pool and its queues, what holds runs up, and the runs that an earlier `up` left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelling, Pending, Running, Scheduled, Suspended

from modelward.supervisor.process_specs import POOL
from modelward.supervisor.queue_blockage import queue_blockage
from modelward.supervisor.stale_runs import cancel_missed_runs, crash_dead_runs
from modelward.supervisor.work_pool import QUEUE, RUNS_AT_ONCE, URGENT, create_pool

DAY = timedelta(days=1)


@pytest.fixture
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    """Of a server on which our pool is new."""
    with get_client(sync_client=True) as client:
        create_pool(client)
        yield client
        for run in client.read_flow_runs():
            client.delete_flow_run(run.id)
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


def test_the_limit_holds_back_everything_but_what_is_urgent(client: SyncPrefectClient) -> None:
    assert limits(client) == {"pool": None, QUEUE: RUNS_AT_ONCE, URGENT: None}
    assert client.read_work_queue_by_name(URGENT, work_pool_name=POOL).priority == 1


def test_four_dead_runs_keep_no_urgent_one_from_starting(client: SyncPrefectClient) -> None:
    for _ in range(RUNS_AT_ONCE):
        run_in(client, Running())
    waits = run_in(client, Scheduled())
    urgent = run_in(client, Scheduled(), deployed(client, URGENT))
    handed_out = [one.flow_run.id for one in client.get_scheduled_flow_runs_for_work_pool(POOL)]
    assert handed_out == [urgent]
    (said,) = held_up()
    assert said == "the queue default is full: 4 runs go on, and its limit is 4; others wait for one to end"
    assert (held_up(QUEUE), held_up(URGENT)) == ((said,), ())
    crash_dead_runs(client)
    assert {one.flow_run.id for one in client.get_scheduled_flow_runs_for_work_pool(POOL)} == {urgent, waits}
    assert held_up() == ()


def test_what_an_operator_makes_of_pool_and_queues_stays(client: SyncPrefectClient) -> None:
    queue = client.read_work_queue_by_name(QUEUE, work_pool_name=POOL)
    client.update_work_queue(queue.id, concurrency_limit=9)
    client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=7, is_paused=True))
    create_pool(client)
    assert limits(client) == {"pool": 7, QUEUE: 9, URGENT: None}
    assert client.read_work_pool(POOL).is_paused
    assert held_up() == (
        "the work pool modelward is paused: no run begins until somebody resumes it in the Prefect UI",
    )


def test_a_queue_that_is_paused_is_said_to_be(client: SyncPrefectClient) -> None:
    client.update_work_queue(client.read_work_queue_by_name(URGENT, work_pool_name=POOL).id, is_paused=True)
    (said,) = held_up()
    assert said.startswith("the queue urgent is paused: none of its runs begins")


def test_a_pool_from_before_there_was_an_urgent_queue_keeps_its_limit_for_the_rest(client: SyncPrefectClient) -> None:
    client.delete_work_pool(POOL)
    client.create_work_pool(WorkPoolCreate(name=POOL, type="process", concurrency_limit=6))
    create_pool(client)
    assert limits(client) == {"pool": None, QUEUE: 6, URGENT: None}


ENDS = {
    "one that says it runs": (Running(), "Crashed"),
    "one that was about to begin": (Pending(), "Crashed"),
    "one that was being cancelled": (Cancelling(), "Cancelled"),
    "one that waits for people": (Suspended(timeout_seconds=3_600), "Suspended"),
    "one that is due": (Scheduled(), "Scheduled"),
}


@pytest.mark.parametrize(("state", "end"), ENDS.values(), ids=ENDS)
def test_without_a_process(client: SyncPrefectClient, state: State, end: str) -> None:
    run = run_in(client, Running())
    client.set_flow_run_state(run, state, force=True)
    said = crash_dead_runs(client)
    found = client.read_flow_run(run)
    assert found.state_name == end
    changed = [f"run {found.name} was marked {end.lower()}: its process ended with the `modelward up` that ran it"]
    assert said == (changed if end in ("Crashed", "Cancelled") else [])


def test_a_run_of_another_pool_is_none_of_ours(client: SyncPrefectClient) -> None:
    client.create_work_pool(WorkPoolCreate(name="another", type="process"))
    deployment = client.create_deployment(client.create_flow_from_name("a flow"), "other", work_pool_name="another")
    run = run_in(client, Running(), deployment)
    assert crash_dead_runs(client) == []
    assert client.read_flow_run(run).state_name == "Running"


def scheduled_by_itself(client: SyncPrefectClient, deployment: UUID, first: datetime, last: datetime) -> None:
    """As the server schedules runs ahead, from a cron."""
    told: dict[str, Any] = {"start_time": first.isoformat(), "end_time": last.isoformat(), "min_runs": 10}
    client.request("POST", f"/deployments/{deployment}/schedule", json=told).raise_for_status()


def nightly(client: SyncPrefectClient, name: str, **parameters: Any) -> UUID:
    deployment = deployed(client, name=name)
    told = {"schedule": {"cron": "30 3 * * *", "timezone": "UTC"}, "active": True, "parameters": parameters}
    client.request("POST", f"/deployments/{deployment}/schedules", json=[told]).raise_for_status()
    return deployment


def states(client: SyncPrefectClient, deployment: UUID) -> list[str]:
    runs = [one for one in client.read_flow_runs() if one.deployment_id == deployment]
    past = [one for one in runs if one.expected_start_time is not None and one.expected_start_time < datetime.now(UTC)]
    return [str(one.state_name) for one in sorted(past, key=lambda one: one.expected_start_time or datetime.now(UTC))]


def test_of_the_nights_that_were_missed_only_the_newest_is_made_up_for(client: SyncPrefectClient) -> None:
    nights, once = nightly(client, "monitor"), nightly(client, "attest")
    now = datetime.now(UTC)
    scheduled_by_itself(client, nights, now - 3 * DAY, now)
    scheduled_by_itself(client, once, now - DAY, now)
    asked = run_in(client, Scheduled(scheduled_time=now - 2 * DAY), nights)
    (said,) = cancel_missed_runs(client)
    assert said.startswith("monitor missed ")
    assert said.count(" 03:30") == 3
    assert said.endswith("while nothing was up; only the newest of them runs")
    client.delete_flow_run(asked)
    assert states(client, nights) == ["Cancelled", "Cancelled", "Scheduled"]
    assert states(client, once) == ["Scheduled"]
    assert cancel_missed_runs(client) == []


def test_what_a_person_asked_for_and_what_a_person_answered_is_not_missed(client: SyncPrefectClient) -> None:
    deployment = deployed(client)
    earlier = datetime.now(UTC) - DAY
    runs = [run_in(client, Scheduled(scheduled_time=earlier, name=name), deployment) for name in ("Late", "Resuming")]
    assert cancel_missed_runs(client) == []
    assert [client.read_flow_run(one).state_name for one in runs] == ["Late", "Resuming"]
