"""`modelward up` as people live with it: one house, from its first start over every accident to its end.

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
from tests.standing_house import House, standing, until
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
def house(world: World) -> Iterator[House]:
    """The house of this module."""
    ports = {f"MODELWARD_{name}_PORT": str(port_for(0, name)) for name in ("PREFECT", "EVIDENCE")}
    with standing(world.home.root, **ports) as house:
        yield house


def begun(house: House, deployment: str) -> list[dict[str, Any]]:
    """Runs of a deployment that have been started, the newest first."""
    return house.runs(deployment, start_time={"is_null_": False})


def state_of(house: House, deployment: str) -> str:
    runs = begun(house, deployment)
    return str(runs[0]["state_name"]) if runs else ""


def the_request(world: World) -> ApprovalRequest:
    with Registry(world.home).reading() as state:
        return state.find(ApprovalRequest, subject=V1)[-1]


def answer(house: House, world: World, person: str) -> Any:
    """A person answers the form that waits, on the command line."""
    confirm = tail(the_request(world).request_digest)
    fields = ("role=approver", "decision=approve", f"confirm={confirm}", "meaning=I read it", "comment=", "conditions=")
    options = [part for one in (f"person={person}", *fields) for part in ("--set", one)]
    code = world.phone(person).at(world.now)
    return house(
        "approvals", "answer", "delay/1#1", "--by", person, "--code-from-stdin", "--json", *options, typed=f"{code}\n"
    )


def create_run(house: House, deployment: str, state: str = "SCHEDULED") -> str:
    """A run asked for at the server itself: no command waits for it, and nothing is read of the registry."""
    (found,) = house.ask("/deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
    asked = {"state": {"type": state}}
    return str(until(lambda: house.ask(f"/deployments/{found['id']}/create_flow_run", asked))["id"])


def stored_state(house: House, run: str) -> str:
    """The state of a run as it stands in the server's database, whether the server runs or not."""
    with closing(sqlite3.connect(house.home / "prefect" / "prefect.db")) as database:
        ((state,),) = database.execute("SELECT state_name FROM flow_run WHERE id = ?", [run]).fetchall()
    return str(state)


def change(house: House, path: str, told: dict[str, Any]) -> None:
    """As an operator changes something in the UI."""
    address = house.account["api_url"] + path
    until(lambda: httpx.patch(address, json=told, trust_env=False, timeout=30).is_success)


def automation(house: House, name: str) -> dict[str, Any]:
    (found,) = [one for one in house.ask("/automations/filter", {}) if one["name"] == name]
    return dict(found)


def test_it_says_where_it_is_and_what_waits(house: House) -> None:
    ready = UP.search(house.said())
    assert ready is not None
    assert int(ready[1]) < PATIENCE_SECONDS
    assert house.account["ui_url"] in house.said()
    assert house.account["evidence_url"] in house.said()
    assert "nothing waits for anybody" in house.said()


def test_status_says_that_all_of_it_is_well(house: House) -> None:
    told = house("status", "--json")
    status = json.loads(told.stdout)
    assert (told.returncode, status["is_well"], status["stage"]) == (0, True, "ready"), told.stdout
    assert set(status["processes"]) == {"server", "worker", "evidence"}
    assert status["runs"][0]["name"].startswith("reconcile operations on ")


def test_a_second_up_says_who_already_runs(house: House) -> None:
    told = house("up")
    assert told.returncode == 3
    assert f"as process {house.account['pid']} since" in told.stderr
    assert house.account["ui_url"] in told.stderr


def test_a_cron_deployment_gets_scheduled_runs(house: House) -> None:
    for deployment in ("monitor-models", "review-models", "attest-registry", "reconcile-operations"):
        runs = until(lambda name=deployment: house.runs(name, **SCHEDULED))
        assert all(one["auto_scheduled"] for one in runs), deployment


def test_what_must_not_wait_has_a_queue_without_a_limit(house: House) -> None:
    queues = {one["name"]: one["concurrency_limit"] for one in house.ask(f"{QUEUES}/filter", {})}
    assert queues == {"default": 4, "urgent": None}
    deployed = {one["name"]: one["work_queue_name"] for one in house.ask("/deployments/filter", {})}
    urgent = {"rollback-model", "suspend-model", "release-in-emergency", "reconcile-operations"}
    assert {name for name, queue in deployed.items() if queue == "urgent"} == urgent


def test_a_command_hands_its_flow_to_the_running_server_for_the_person_who_asked(house: House, world: World) -> None:
    told = house("deploy", "delay/1", "--by", "dev", "--as-of", world.now.isoformat(), "--no-wait")
    (run,) = house.runs("deploy-model")
    assert told.returncode == 0, told.stderr
    assert f"{house.account['ui_url']}/runs/flow-run/{run['id']}" in told.stderr
    until(lambda: state_of(house, "deploy-model") == "Suspended")
    (run,) = house.runs("deploy-model")
    assert run["name"] == "deploy delay v1 to production"
    assert {"modelward", "deployment", "asked by dev, unproven"} <= set(run["tags"])
    assert the_request(world).state == "pending"
    waiting = json.loads(house("status", "--json").stdout)["waiting"]
    assert [(one["about"], one["needs"], one["people"]) for one in waiting] == [
        ("ops/delay/1#1", "2 × approver", ["alma", "axel", "rita"])
    ]


def test_a_flow_that_fails_at_the_server_fails_the_command_as_it_would_here(house: House) -> None:
    at_server, here = (
        house("rollback", "delay", "--reason", "slow", "--as-of", "2013-03-02", *more) for more in ((), ("--local",))
    )
    assert (at_server.returncode, at_server.stdout) == (here.returncode, here.stdout)
    assert at_server.stderr.splitlines()[-2:] == here.stderr.splitlines()[-2:]


def test_the_worker_killed_while_a_run_waits_is_started_again_and_the_answer_counts(house: House, world: World) -> None:
    os.kill(house.account["tenants"]["worker"]["pid"], signal.SIGKILL)
    until(lambda: house.account["tenants"]["worker"]["restarts"] == 1)
    assert "the worker had ended with -9; it was started again" in house.said()
    told = answer(house, world, "alma")
    assert (told.returncode, json.loads(told.stdout)["type"]) == (0, "approval.decided"), told.stdout + told.stderr


def test_the_server_killed_while_a_run_waits_is_started_again_and_the_run_waits_on(house: House) -> None:
    until(lambda: state_of(house, "deploy-model") == "Suspended")
    os.kill(house.account["tenants"]["server"]["pid"], signal.SIGKILL)
    until(lambda: house.account["tenants"]["server"]["restarts"] == 1 and house.ask("/health"))
    assert state_of(house, "deploy-model") == "Suspended"


def test_a_run_that_is_killed_is_looked_after_without_anybody_asking(house: House) -> None:
    until(lambda: json.loads(house("status", "--json").stdout)["is_well"])
    before = len(begun(house, "reconcile-operations"))
    house("attest", "--by", "dev", "--no-wait")
    until(lambda: state_of(house, "attest-registry") == "Running")
    for pid in [pid for pid, command in house.processes().items() if "prefect.engine" in command]:
        os.kill(pid, signal.SIGKILL)
    until(lambda: state_of(house, "attest-registry") == "Crashed")
    until(lambda: len(begun(house, "reconcile-operations")) > before)


def test_four_runs_that_died_hold_up_others_of_their_kind_and_not_what_ends_them(house: House) -> None:
    for _ in range(4):
        create_run(house, "review-models", "RUNNING")
    until(lambda: len(json.loads(house("status", "--json").stdout)["held_up"]) == 1)
    told = house("reconcile", "--by", "dev")
    assert (told.returncode, told.stdout) == (0, "nothing was left half-way\n"), told.stderr
    assert "→ the queue default is full: 4 runs go on" in house("status").stdout


def test_ctrl_c_leaves_no_process_and_no_run_that_says_it_runs(house: House, world: World) -> None:
    with Registry(world.home).store.session():  # for this the run will wait
        run = create_run(house, "reconcile-operations")
        until(lambda: stored_state(house, run) == "Running")
        change(house, "/work_pools/modelward", {"is_paused": True})
        change(house, f"{QUEUES}/default", {"concurrency_limit": 3})
        change(house, f"/automations/{automation(house, SILENT)['id']}", {"enabled": False})
        miss_three_nights(house)
        assert house.interrupt() == 0
    assert stored_state(house, run) == "Crashed"
    assert house.processes() == {}
    assert json.loads(house("status", "--json").stdout)["stage"] == "down"
    assert "nothing of it runs any more" in house.said()


def miss_three_nights(house: House) -> None:
    """As if nothing had been up for three days: the server has scheduled the runs, and nobody took them."""
    (found,) = house.ask("/deployments/filter", {"deployments": {"name": {"any_": ["monitor-models"]}}})
    now = datetime.now(UTC)
    times = {"start_time": (now - 3 * DAY).isoformat(), "end_time": now.isoformat(), "min_runs": 10}
    house.ask(f"/deployments/{found['id']}/schedule", times)


def test_brought_up_again_it_says_what_was_left_and_keeps_what_an_operator_changed(house: House) -> None:
    house.settings = {**house.settings, **LOGIN}
    house.start()
    dead = begun(house, "review-models")
    assert [one["state_name"] for one in dead] == ["Crashed"] * 4
    assert all(f"crashed: run {one['name']} was marked crashed" in house.said() for one in dead)
    assert "missed: monitor-models missed " in house.said()
    nights = house.runs("monitor-models", expected_start_time={"before_": datetime.now(UTC).isoformat()})
    assert sorted(one["state_type"] for one in nights) == ["CANCELLED", "CANCELLED", "SCHEDULED"]
    status = json.loads(house("status", "--json").stdout)
    assert (status["is_well"], ["paused" in one for one in status["held_up"]]) == (True, [True])
    assert house.ask(f"{QUEUES}/default")["concurrency_limit"] == 3
    assert automation(house, SILENT)["enabled"] is False


def test_who_has_not_the_login_is_told_which_setting_it_is(house: House) -> None:
    stranger = House(house.home, {})
    assert stranger.ask("/flow_runs/filter", {}) is None
    assert "worker: the server was asked for it: it asks for a login: set MODELWARD_PREF" in stranger("status").stdout
    told = stranger("attest", "--by", "dev")
    assert (told.returncode, "→ set MODELWARD_PREFECT_LOGIN" in told.stderr) == (3, True), told.stderr


def test_the_approval_that_waited_through_all_of_it_still_completes(house: House, world: World) -> None:
    assert "ops/delay/1#1" in house.said()
    resume_pool(house)
    told = answer(house, world, "axel")
    assert (told.returncode, json.loads(told.stdout)["actor"]) == (0, "axel"), told.stdout + told.stderr
    until(lambda: state_of(house, "deploy-model") == "Completed")
    with Registry(Home(house.home)).reading() as state:
        (deployment,) = state.find(Deployment)
    assert (deployment.state, deployment.run_id) == ("deployed", house.runs("deploy-model")[0]["id"])


def resume_pool(house: House) -> None:
    command = [sys.executable, "-m", "prefect", "work-pool", "resume", "modelward"]
    told = {
        "PREFECT_API_URL": house.account["api_url"],
        "PREFECT_API_AUTH_STRING": LOGIN["MODELWARD_PREFECT_LOGIN"],
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
    }
    subprocess.run(command, env={**house.environment, **told}, check=True, capture_output=True)


def test_after_one_was_killed_the_next_takes_its_ports_and_ends_what_it_left(house: House) -> None:
    before = house.account
    house.kill()
    assert json.loads(house("status", "--json").stdout)["stage"] == "killed"
    told = house("up", "--detach")
    assert (told.returncode, house.account["ui_url"] in told.stdout) == (0, True), told.stdout + told.stderr
    assert "that a killed `modelward up` had left" in (house.home / "up" / "logs" / "up.log").read_text()
    assert house.account["api_url"] == before["api_url"]
    assert not house.processes().keys() & {one["pid"] for one in before["tenants"].values()}


def test_what_an_up_that_was_killed_left_is_named_and_ended(house: House) -> None:
    os.kill(house.account["pid"], signal.SIGKILL)
    until(lambda: not is_held(house.home / "up"))
    assert json.loads(house("status", "--json").stdout)["stage"] == "killed"
    told = house("down")
    assert (told.returncode, "that a killed `modelward up` had left" in told.stdout) == (0, True)
    assert house.processes() == {}


def test_without_a_registry_nothing_is_started(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    told = house("up")
    assert (told.returncode, "there is no registry" in told.stderr) == (3, True)
    assert not house.home.exists()
