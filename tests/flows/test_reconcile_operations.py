"""Tests of the flow reconcile_operations: what a crash left incomplete is ended, and a second run finds nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from prefect import flow, runtime
from prefect.client.orchestration import get_client
from prefect.states import Crashed, Suspended

from data.records.approval import ApprovalRequest
from data.records.deployment import Operation
from data.registry.commands.approval import RequestApproval
from flows.reconcile_operations import reconcile_operations
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.operations import begin_deploy
from tests.retirement_fixtures import under_baseline
from tests.world import MODEL, World


@flow(name="a run that ends")
def ended_run() -> str:
    """Return a run that has ended, for a request that refers to it."""
    return str(runtime.flow_run.id)


def test_an_operation_whose_process_died_is_undone_once(world: World) -> None:
    under_baseline(world)
    begin_deploy(world, world.approved())
    report = reconcile_operations(as_of=world.now)
    assert report == {"operations": ["the deploy of ops/delay v1 was undone"]}
    labels = compare_graph("reconcile_operations", "every job")
    assert "finish or undo operations: 1 done" in labels
    assert world.get(Operation, f"{MODEL}/operation").state == "undone"
    assert "- the deploy of ops/delay v1 was undone" in newest_artifact("reconciliation")
    assert reconcile_operations(as_of=world.now) == {}


def request_again(world: World, request: ApprovalRequest, run_id: str) -> ApprovalRequest:
    """Open the same request from another run."""
    values = request.model_dump(include=set(RequestApproval.model_fields))
    return world.do(RequestApproval(about=request.subject, **values), run_id=run_id).row(ApprovalRequest)


def test_a_request_of_a_crashed_run_is_withdrawn_and_of_an_unknown_run_is_not(world: World) -> None:
    under_baseline(world)
    unknown = world.requested()
    run_id = ended_run()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), Crashed(), force=True)
    crashed = request_again(world, unknown, run_id)
    report = reconcile_operations(as_of=world.now)
    assert report["requests"] == ["the request to deploy ops/delay v1 was withdrawn: its run is Crashed"]
    assert [one.split(":")[0] for one in report["people"]] == ["alma notified", "axel notified"], "of the other one"
    assert set(report) == {"requests", "people"}
    states = [world.get(ApprovalRequest, one.key).state for one in (unknown, crashed)]
    assert states == ["pending", "withdrawn"]


def test_an_expired_request_cancels_the_run_that_waits_for_it(world: World) -> None:
    under_baseline(world)
    run_id = ended_run()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), Suspended(), force=True)
    request = request_again(world, world.requested(), run_id)
    world.now = request.expires_at + timedelta(hours=1)
    report = reconcile_operations(as_of=world.now)
    assert len(report["expired"]) == 2
    assert report["runs"] == [f"run {run_id} was cancelled: the request on ops/delay v1 is expired"]
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(UUID(run_id)).state
    assert state is not None
    assert state.is_cancelled()
    assert reconcile_operations(as_of=world.now) == {}
