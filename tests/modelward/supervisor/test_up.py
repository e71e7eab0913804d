"""`modelward up` from its first start, over killed processes and restarts, to its end.

The tests depend on each other, because each start is slow: they run in the order of this file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from data.files.home import Home
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.registry.approvals import tail
from data.registry.registry import Registry
from modelward.supervisor.instance_lock import is_held
from modelward.supervisor.loopback import port_for
from tests.judged_model import V1, found_judged, found_validated
from tests.supervisor_fixtures import RunningUp, running_up, until
from tests.world import Template, World

__all__ = ["found_judged", "found_validated"]

SCHEDULED = {"state": {"type": {"any_": ["SCHEDULED"]}}}
LOGIN = {"MODELWARD_PREFECT_LOGIN": "ops:correct horse"}
QUEUES = "/work_pools/modelward/queues"
SILENT = "modelward: a run fell silent"
DAY = timedelta(days=1)
UP = re.compile(r"modelward is up \((\d+) s\)")


@pytest.fixture(scope="module")
def world(found_validated: Template, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry in which a version waits to be deployed."""
    root = tmp_path_factory.mktemp("up") / "home"
    shutil.copytree(found_validated.root, root)
    return World(root, found_validated.now)


@pytest.fixture(scope="module")
def up(world: World) -> Iterator[RunningUp]:
    """The running `up` of this module."""
    ports = {f"MODELWARD_{name}_PORT": str(port_for(0, name)) for name in ("PREFECT", "EVIDENCE")}
    with running_up(world.home.root, **ports) as up:
        yield up


def started_runs(up: RunningUp, deployment: str) -> list[dict[str, Any]]:
    """Return the runs of a deployment that have started, latest first."""
    return up.runs(deployment, start_time={"is_null_": False})


def state_of(up: RunningUp, deployment: str) -> str:
    runs = started_runs(up, deployment)
    return str(runs[0]["state_name"]) if runs else ""


def the_request(world: World) -> ApprovalRequest:
    with Registry(world.home).reading() as state:
        return state.find(ApprovalRequest, subject=V1)[-1]


def answer(up: RunningUp, world: World, person: str) -> Any:
    """Answer the waiting form as a person, on the command line."""
    confirm = tail(the_request(world).request_digest)
    fields = ("role=approver", "decision=approve", f"confirm={confirm}", "meaning=I read it", "comment=", "conditions=")
    options = [part for one in (f"person={person}", *fields) for part in ("--set", one)]
    code = world.phone(person).at(world.now)
    return up(
        "approvals", "answer", "delay/1#1", "--by", person, "--code-from-stdin", "--json", *options, typed=f"{code}\n"
    )


def create_run(up: RunningUp, deployment: str, state: str = "SCHEDULED") -> str:
    """Create a run on the server directly, without a command; return its id."""
    (found,) = up.answer("/deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
    # A busy server may create the run and answer too late: with the key, the second request returns the same run.
    body = {"state": {"type": state}, "idempotency_key": str(uuid4())}
    return str(up.answer(f"/deployments/{found['id']}/create_flow_run", body)["id"])


def stored_state(up: RunningUp, run: str) -> str:
    """Return the state of a run from the server's database file, which works without the server too."""
    with closing(sqlite3.connect(up.home / "prefect" / "prefect.db")) as database:
        ((state,),) = database.execute("SELECT state_name FROM flow_run WHERE id = ?", [run]).fetchall()
    return str(state)


def change(up: RunningUp, path: str, values: dict[str, Any]) -> None:
    """Change an object of the server, as an operator does in the UI."""
    address = up.status["api_url"] + path
    until(lambda: httpx.patch(address, json=values, trust_env=False, timeout=30).is_success)


def automation(up: RunningUp, name: str) -> dict[str, Any]:
    (found,) = [one for one in up.answer("/automations/filter", {}) if one["name"] == name]
    return dict(found)


def test_up_prints_its_addresses_and_what_waits(up: RunningUp) -> None:
    ready = UP.search(up.output())
    assert ready is not None
    assert up.status["ui_url"] in up.output()
    assert up.status["evidence_url"] in up.output()
    assert "nothing waits for people" in up.output()


def test_status_reports_a_healthy_up(up: RunningUp) -> None:
    result = up("status", "--json")
    status = json.loads(result.stdout)
    assert (result.returncode, status["is_well"], status["stage"]) == (0, True, "ready"), result.stdout
    assert set(status["processes"]) == {"server", "worker", "evidence"}
    assert status["runs"][0]["name"].startswith("reconcile operations on ")


def test_a_second_up_is_refused_with_the_process_of_the_first(up: RunningUp) -> None:
    result = up("up")
    assert result.returncode == 3
    assert f"as process {up.status['pid']} since" in result.stderr
    assert up.status["ui_url"] in result.stderr


def test_a_cron_deployment_gets_scheduled_runs(up: RunningUp) -> None:
    for deployment in ("monitor-models", "review-models", "attest-registry", "reconcile-operations"):
        runs = until(lambda name=deployment: up.runs(name, **SCHEDULED))
        assert all(one["auto_scheduled"] for one in runs), deployment


def test_urgent_deployments_have_a_queue_without_a_limit(up: RunningUp) -> None:
    queues = {one["name"]: one["concurrency_limit"] for one in up.answer(f"{QUEUES}/filter", {})}
    assert queues == {"default": 4, "urgent": None}
    deployed = {one["name"]: one["work_queue_name"] for one in up.answer("/deployments/filter", {})}
    urgent = {"rollback-model", "suspend-model", "release-in-emergency", "reconcile-operations"}
    assert {name for name, queue in deployed.items() if queue == "urgent"} == urgent


def test_a_command_creates_a_run_on_the_server_for_the_acting_person(up: RunningUp, world: World) -> None:
    result = up("deploy", "delay/1", "--by", "dev", "--as-of", world.now.isoformat(), "--no-wait")
    (run,) = up.runs("deploy-model")
    assert result.returncode == 0, result.stderr
    assert f"{up.status['ui_url']}/runs/flow-run/{run['id']}" in result.stderr
    until(lambda: state_of(up, "deploy-model") == "Suspended")
    (run,) = up.runs("deploy-model")
    assert run["name"] == "deploy delay v1 to production"
    assert {"modelward", "deployment", "asked by dev, unproven"} <= set(run["tags"])
    assert the_request(world).state == "pending"
    waiting = json.loads(up("status", "--json").stdout)["waiting"]
    assert [(one["about"], one["needs"], one["people"]) for one in waiting] == [
        ("ops/delay/1#1", "2 × approver", ["alma", "axel", "rita"])
    ]


def test_a_flow_that_fails_on_the_server_fails_the_command_as_in_process(up: RunningUp) -> None:
    on_server, here = (
        up("rollback", "delay", "--reason", "slow", "--as-of", "2013-03-02", *more) for more in ((), ("--local",))
    )
    assert (on_server.returncode, on_server.stdout) == (here.returncode, here.stdout)
    assert on_server.stderr.splitlines()[-2:] == here.stderr.splitlines()[-2:]


def test_a_killed_worker_is_restarted_and_a_waiting_run_accepts_its_answer(up: RunningUp, world: World) -> None:
    os.kill(up.status["processes"]["worker"]["pid"], signal.SIGKILL)
    until(lambda: up.status["processes"]["worker"]["restarts"] == 1)
    assert "process worker ended with exit code -9 and was restarted" in up.output()
    result = answer(up, world, "alma")
    assert (result.returncode, json.loads(result.stdout)["type"]) == (0, "approval.decided"), (
        result.stdout + result.stderr
    )


def test_a_killed_server_is_restarted_and_a_waiting_run_still_waits(
    up: RunningUp,
) -> None:
    until(lambda: state_of(up, "deploy-model") == "Suspended")
    os.kill(up.status["processes"]["server"]["pid"], signal.SIGKILL)
    until(lambda: up.status["processes"]["server"]["restarts"] == 1 and up.ask("/health"))
    assert state_of(up, "deploy-model") == "Suspended"


def test_a_killed_run_is_marked_crashed_and_reconciled(up: RunningUp) -> None:
    until(lambda: json.loads(up("status", "--json").stdout)["is_well"])
    before = len(started_runs(up, "reconcile-operations"))
    up("attest", "--by", "dev", "--no-wait")
    until(lambda: state_of(up, "attest-registry") == "Running")
    for pid in [pid for pid, command in up.processes().items() if "prefect.engine" in command]:
        os.kill(pid, signal.SIGKILL)
    until(lambda: state_of(up, "attest-registry") == "Crashed")
    until(lambda: len(started_runs(up, "reconcile-operations")) > before)


def test_four_dead_runs_block_the_default_queue_but_not_reconcile(up: RunningUp) -> None:
    for _ in range(4):
        create_run(up, "review-models", "RUNNING")
    until(lambda: len(json.loads(up("status", "--json").stdout)["held_up"]) == 1)
    result = up("reconcile", "--by", "dev")
    assert (result.returncode, result.stdout) == (0, "there was nothing to reconcile\n"), result.stderr
    assert "→ the queue default is full: 4 of at most 4 runs" in up("status").stdout


def test_ctrl_c_ends_every_process_and_marks_the_run_crashed(up: RunningUp, world: World) -> None:
    with Registry(world.home).store.session():  # the run will wait for this lock
        run = create_run(up, "reconcile-operations")
        until(lambda: stored_state(up, run) == "Running")
        change(up, "/work_pools/modelward", {"is_paused": True})
        change(up, f"{QUEUES}/default", {"concurrency_limit": 3})
        change(up, f"/automations/{automation(up, SILENT)['id']}", {"enabled": False})
        miss_three_nights(up)
        assert up.interrupt() == 0
    assert stored_state(up, run) == "Crashed"
    assert up.processes() == {}
    assert json.loads(up("status", "--json").stdout)["stage"] == "down"
    assert "every process has ended" in up.output()


def miss_three_nights(up: RunningUp) -> None:
    """Let the server schedule runs of the past three days, as if `up` had not been running."""
    (found,) = up.answer("/deployments/filter", {"deployments": {"name": {"any_": ["monitor-models"]}}})
    now = datetime.now(UTC)
    times = {"start_time": (now - 3 * DAY).isoformat(), "end_time": now.isoformat(), "min_runs": 10}
    up.answer(f"/deployments/{found['id']}/schedule", times)


def test_a_restart_prints_the_recovery_and_keeps_the_changes_of_an_operator(
    up: RunningUp,
) -> None:
    up.settings = {**up.settings, **LOGIN}
    up.start()
    dead = started_runs(up, "review-models")
    assert [one["state_name"] for one in dead] == ["Crashed"] * 4
    assert all(f"crashed: run {one['name']} was marked crashed" in up.output() for one in dead)
    assert "missed: monitor-models missed " in up.output()
    nights = up.runs("monitor-models", expected_start_time={"before_": datetime.now(UTC).isoformat()})
    assert sorted(one["state_type"] for one in nights) == ["CANCELLED", "CANCELLED", "SCHEDULED"]
    status = json.loads(up("status", "--json").stdout)
    assert (status["is_well"], ["paused" in one for one in status["held_up"]]) == (True, [True])
    assert up.answer(f"{QUEUES}/default")["concurrency_limit"] == 3
    assert automation(up, SILENT)["enabled"] is False


def test_a_command_without_the_login_names_the_setting(up: RunningUp) -> None:
    stranger = RunningUp(up.home, {})
    assert stranger.ask("/flow_runs/filter", {}) is None
    assert (
        "worker: its heartbeat is unknown: it requires a login: set MODELWARD_PREFECT_LOGIN"
        in stranger("status").stdout
    )
    result = stranger("attest", "--by", "dev")
    assert (result.returncode, "→ set MODELWARD_PREFECT_LOGIN" in result.stderr) == (3, True), result.stderr


def test_the_approval_that_waited_through_every_restart_completes(up: RunningUp, world: World) -> None:
    assert "ops/delay/1#1" in up.output()
    resume_pool(up)
    result = answer(up, world, "axel")
    assert (result.returncode, json.loads(result.stdout)["actor"]) == (0, "axel"), result.stdout + result.stderr
    until(lambda: state_of(up, "deploy-model") == "Completed")
    with Registry(Home(up.home)).reading() as state:
        (deployment,) = state.find(Deployment)
    assert (deployment.state, deployment.run_id) == ("deployed", up.runs("deploy-model")[0]["id"])


def resume_pool(up: RunningUp) -> None:
    command = [sys.executable, "-m", "prefect", "work-pool", "resume", "modelward"]
    variables = {
        "PREFECT_API_URL": up.status["api_url"],
        "PREFECT_API_AUTH_STRING": LOGIN["MODELWARD_PREFECT_LOGIN"],
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
    }
    subprocess.run(command, env={**up.environment, **variables}, check=True, capture_output=True)


@pytest.mark.long
def test_after_a_kill_the_next_up_uses_the_same_ports_and_ends_stale_processes(up: RunningUp) -> None:
    before = up.status
    up.kill()
    assert json.loads(up("status", "--json").stdout)["stage"] == "killed"
    result = up("up", "--detach")
    assert (result.returncode, up.status["ui_url"] in result.stdout) == (0, True), result.stdout + result.stderr
    assert "that a killed `modelward up` had left" in (up.home / "up" / "logs" / "up.log").read_text()
    assert up.status["api_url"] == before["api_url"]
    assert not up.processes().keys() & {one["pid"] for one in before["processes"].values()}


@pytest.mark.long
def test_down_ends_the_processes_of_a_killed_up(up: RunningUp) -> None:
    os.kill(up.status["pid"], signal.SIGKILL)
    until(lambda: not is_held(up.home / "up"))
    assert json.loads(up("status", "--json").stdout)["stage"] == "killed"
    result = up("down")
    assert (result.returncode, "that a killed `modelward up` had left" in result.stdout) == (0, True)
    assert up.processes() == {}


def test_up_without_a_registry_is_refused(tmp_path: Path) -> None:
    up = RunningUp(tmp_path / "home")
    result = up("up")
    assert (result.returncode, "there is no registry" in result.stderr) == (3, True)
    assert not up.home.exists()
