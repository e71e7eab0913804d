"""`modelward up` as people live with it: one up, from its first start over every accident to its end.

The tests go on from each other, since each start takes its time: they run in the order in which they stand.
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

import httpx
import pytest

from data.files.home import Home
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.registry.approvals import tail
from data.registry.registry import Registry
from modelward.supervisor.instance_lock import is_held
from modelward.supervisor.loopback import port_for
from modelward.supervisor.supervisor import PATIENCE_SECONDS
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
    """The up of this module."""
    ports = {f"MODELWARD_{name}_PORT": str(port_for(0, name)) for name in ("PREFECT", "EVIDENCE")}
    with running_up(world.home.root, **ports) as up:
        yield up


def begun(up: RunningUp, deployment: str) -> list[dict[str, Any]]:
    """Runs of a deployment that have been started, the newest first."""
    return up.runs(deployment, start_time={"is_null_": False})


def state_of(up: RunningUp, deployment: str) -> str:
    runs = begun(up, deployment)
    return str(runs[0]["state_name"]) if runs else ""


def the_request(world: World) -> ApprovalRequest:
    with Registry(world.home).reading() as state:
        return state.find(ApprovalRequest, subject=V1)[-1]


def answer(up: RunningUp, world: World, person: str) -> Any:
    """A person answers the form that waits, on the command line."""
    confirm = tail(the_request(world).request_digest)
    fields = ("role=approver", "decision=approve", f"confirm={confirm}", "meaning=I read it", "comment=", "conditions=")
    options = [part for one in (f"person={person}", *fields) for part in ("--set", one)]
    code = world.phone(person).at(world.now)
    return up(
        "approvals", "answer", "delay/1#1", "--by", person, "--code-from-stdin", "--json", *options, typed=f"{code}\n"
    )


def create_run(up: RunningUp, deployment: str, state: str = "SCHEDULED") -> str:
    """A run asked for at the server itself: no command waits for it, and nothing is read of the registry."""
    (found,) = up.ask("/deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
    asked = {"state": {"type": state}}
    return str(until(lambda: up.ask(f"/deployments/{found['id']}/create_flow_run", asked))["id"])


def stored_state(up: RunningUp, run: str) -> str:
    """The state of a run as it stands in the server's database, whether the server runs or not."""
    with closing(sqlite3.connect(up.home / "prefect" / "prefect.db")) as database:
        ((state,),) = database.execute("SELECT state_name FROM flow_run WHERE id = ?", [run]).fetchall()
    return str(state)


def change(up: RunningUp, path: str, told: dict[str, Any]) -> None:
    """As an operator changes something in the UI."""
    address = up.status["api_url"] + path
    until(lambda: httpx.patch(address, json=told, trust_env=False, timeout=30).is_success)


def automation(up: RunningUp, name: str) -> dict[str, Any]:
    (found,) = [one for one in up.ask("/automations/filter", {}) if one["name"] == name]
    return dict(found)


def test_it_says_where_it_is_and_what_waits(up: RunningUp) -> None:
    ready = UP.search(up.said())
    assert ready is not None
    assert int(ready[1]) < PATIENCE_SECONDS
    assert up.status["ui_url"] in up.said()
    assert up.status["evidence_url"] in up.said()
    assert "nothing waits for anybody" in up.said()


def test_status_says_that_all_of_it_is_well(up: RunningUp) -> None:
    told = up("status", "--json")
    status = json.loads(told.stdout)
    assert (told.returncode, status["is_well"], status["stage"]) == (0, True, "ready"), told.stdout
    assert set(status["processes"]) == {"server", "worker", "evidence"}
    assert status["runs"][0]["name"].startswith("reconcile operations on ")


def test_a_second_up_says_who_already_runs(up: RunningUp) -> None:
    told = up("up")
    assert told.returncode == 3
    assert f"as process {up.status['pid']} since" in told.stderr
    assert up.status["ui_url"] in told.stderr


def test_a_cron_deployment_gets_scheduled_runs(up: RunningUp) -> None:
    for deployment in ("monitor-models", "review-models", "attest-registry", "reconcile-operations"):
        runs = until(lambda name=deployment: up.runs(name, **SCHEDULED))
        assert all(one["auto_scheduled"] for one in runs), deployment


def test_what_must_not_wait_has_a_queue_without_a_limit(up: RunningUp) -> None:
    queues = {one["name"]: one["concurrency_limit"] for one in up.ask(f"{QUEUES}/filter", {})}
    assert queues == {"default": 4, "urgent": None}
    deployed = {one["name"]: one["work_queue_name"] for one in up.ask("/deployments/filter", {})}
    urgent = {"rollback-model", "suspend-model", "release-in-emergency", "reconcile-operations"}
    assert {name for name, queue in deployed.items() if queue == "urgent"} == urgent


def test_a_command_hands_its_flow_to_the_running_server_for_the_person_who_asked(up: RunningUp, world: World) -> None:
    told = up("deploy", "delay/1", "--by", "dev", "--as-of", world.now.isoformat(), "--no-wait")
    (run,) = up.runs("deploy-model")
    assert told.returncode == 0, told.stderr
    assert f"{up.status['ui_url']}/runs/flow-run/{run['id']}" in told.stderr
    until(lambda: state_of(up, "deploy-model") == "Suspended")
    (run,) = up.runs("deploy-model")
    assert run["name"] == "deploy delay v1 to production"
    assert {"modelward", "deployment", "asked by dev, unproven"} <= set(run["tags"])
    assert the_request(world).state == "pending"
    waiting = json.loads(up("status", "--json").stdout)["waiting"]
    assert [(one["about"], one["needs"], one["people"]) for one in waiting] == [
        ("ops/delay/1#1", "2 × approver", ["alma", "axel", "rita"])
    ]


def test_a_flow_that_fails_at_the_server_fails_the_command_as_it_would_here(up: RunningUp) -> None:
    at_server, here = (
        up("rollback", "delay", "--reason", "slow", "--as-of", "2013-03-02", *more) for more in ((), ("--local",))
    )
    assert (at_server.returncode, at_server.stdout) == (here.returncode, here.stdout)
    assert at_server.stderr.splitlines()[-2:] == here.stderr.splitlines()[-2:]


def test_the_worker_killed_while_a_run_waits_is_started_again_and_the_answer_counts(
    up: RunningUp, world: World
) -> None:
    os.kill(up.status["processes"]["worker"]["pid"], signal.SIGKILL)
    until(lambda: up.status["processes"]["worker"]["restarts"] == 1)
    assert "the worker had ended with -9; it was started again" in up.said()
    told = answer(up, world, "alma")
    assert (told.returncode, json.loads(told.stdout)["type"]) == (0, "approval.decided"), told.stdout + told.stderr


def test_the_server_killed_while_a_run_waits_is_started_again_and_the_run_waits_on(
    up: RunningUp,
) -> None:
    until(lambda: state_of(up, "deploy-model") == "Suspended")
    os.kill(up.status["processes"]["server"]["pid"], signal.SIGKILL)
    until(lambda: up.status["processes"]["server"]["restarts"] == 1 and up.ask("/health"))
    assert state_of(up, "deploy-model") == "Suspended"


def test_a_run_that_is_killed_is_looked_after_without_anybody_asking(up: RunningUp) -> None:
    until(lambda: json.loads(up("status", "--json").stdout)["is_well"])
    before = len(begun(up, "reconcile-operations"))
    up("attest", "--by", "dev", "--no-wait")
    until(lambda: state_of(up, "attest-registry") == "Running")
    for pid in [pid for pid, command in up.processes().items() if "prefect.engine" in command]:
        os.kill(pid, signal.SIGKILL)
    until(lambda: state_of(up, "attest-registry") == "Crashed")
    until(lambda: len(begun(up, "reconcile-operations")) > before)


def test_four_runs_that_died_hold_up_others_of_their_kind_and_not_what_ends_them(up: RunningUp) -> None:
    for _ in range(4):
        create_run(up, "review-models", "RUNNING")
    until(lambda: len(json.loads(up("status", "--json").stdout)["held_up"]) == 1)
    told = up("reconcile", "--by", "dev")
    assert (told.returncode, told.stdout) == (0, "nothing was left half-way\n"), told.stderr
    assert "→ the queue default is full: 4 runs go on" in up("status").stdout


def test_ctrl_c_leaves_no_process_and_no_run_that_says_it_runs(up: RunningUp, world: World) -> None:
    with Registry(world.home).store.session():  # for this the run will wait
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
    assert "nothing of it runs any more" in up.said()


def miss_three_nights(up: RunningUp) -> None:
    """As if nothing had been up for three days: the server has scheduled the runs, and nobody took them."""
    (found,) = up.ask("/deployments/filter", {"deployments": {"name": {"any_": ["monitor-models"]}}})
    now = datetime.now(UTC)
    times = {"start_time": (now - 3 * DAY).isoformat(), "end_time": now.isoformat(), "min_runs": 10}
    up.ask(f"/deployments/{found['id']}/schedule", times)


def test_brought_up_again_it_says_what_was_left_and_keeps_what_an_operator_changed(
    up: RunningUp,
) -> None:
    up.settings = {**up.settings, **LOGIN}
    up.start()
    dead = begun(up, "review-models")
    assert [one["state_name"] for one in dead] == ["Crashed"] * 4
    assert all(f"crashed: run {one['name']} was marked crashed" in up.said() for one in dead)
    assert "missed: monitor-models missed " in up.said()
    nights = up.runs("monitor-models", expected_start_time={"before_": datetime.now(UTC).isoformat()})
    assert sorted(one["state_type"] for one in nights) == ["CANCELLED", "CANCELLED", "SCHEDULED"]
    status = json.loads(up("status", "--json").stdout)
    assert (status["is_well"], ["paused" in one for one in status["held_up"]]) == (True, [True])
    assert up.ask(f"{QUEUES}/default")["concurrency_limit"] == 3
    assert automation(up, SILENT)["enabled"] is False


def test_who_has_not_the_login_is_told_which_setting_it_is(up: RunningUp) -> None:
    stranger = RunningUp(up.home, {})
    assert stranger.ask("/flow_runs/filter", {}) is None
    assert (
        "worker: its heartbeat is unknown: it asks for a login: set MODELWARD_PREFECT_LOGIN"
        in stranger("status").stdout
    )
    told = stranger("attest", "--by", "dev")
    assert (told.returncode, "→ set MODELWARD_PREFECT_LOGIN" in told.stderr) == (3, True), told.stderr


def test_the_approval_that_waited_through_all_of_it_still_completes(up: RunningUp, world: World) -> None:
    assert "ops/delay/1#1" in up.said()
    resume_pool(up)
    told = answer(up, world, "axel")
    assert (told.returncode, json.loads(told.stdout)["actor"]) == (0, "axel"), told.stdout + told.stderr
    until(lambda: state_of(up, "deploy-model") == "Completed")
    with Registry(Home(up.home)).reading() as state:
        (deployment,) = state.find(Deployment)
    assert (deployment.state, deployment.run_id) == ("deployed", up.runs("deploy-model")[0]["id"])


def resume_pool(up: RunningUp) -> None:
    command = [sys.executable, "-m", "prefect", "work-pool", "resume", "modelward"]
    told = {
        "PREFECT_API_URL": up.status["api_url"],
        "PREFECT_API_AUTH_STRING": LOGIN["MODELWARD_PREFECT_LOGIN"],
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
    }
    subprocess.run(command, env={**up.environment, **told}, check=True, capture_output=True)


def test_after_one_was_killed_the_next_takes_its_ports_and_ends_what_it_left(up: RunningUp) -> None:
    before = up.status
    up.kill()
    assert json.loads(up("status", "--json").stdout)["stage"] == "killed"
    told = up("up", "--detach")
    assert (told.returncode, up.status["ui_url"] in told.stdout) == (0, True), told.stdout + told.stderr
    assert "that a killed `modelward up` had left" in (up.home / "up" / "logs" / "up.log").read_text()
    assert up.status["api_url"] == before["api_url"]
    assert not up.processes().keys() & {one["pid"] for one in before["processes"].values()}


def test_what_an_up_that_was_killed_left_is_named_and_ended(up: RunningUp) -> None:
    os.kill(up.status["pid"], signal.SIGKILL)
    until(lambda: not is_held(up.home / "up"))
    assert json.loads(up("status", "--json").stdout)["stage"] == "killed"
    told = up("down")
    assert (told.returncode, "that a killed `modelward up` had left" in told.stdout) == (0, True)
    assert up.processes() == {}


def test_without_a_registry_nothing_is_started(tmp_path: Path) -> None:
    up = RunningUp(tmp_path / "home")
    told = up("up")
    assert (told.returncode, "there is no registry" in told.stderr) == (3, True)
    assert not up.home.exists()
