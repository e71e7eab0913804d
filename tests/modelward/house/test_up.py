"""`modelward up` as people live with it: one house, from its first start over every accident to its end.

The tests go on from each other, since each start takes its time: they run in the order in which they stand.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.approvals import tail
from data.home import Home
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.registry import Registry
from tests.judged_model import V1, found_judged, found_validated
from tests.standing_house import House, standing, until
from tests.world import Template, World

__all__ = ["found_judged", "found_validated"]

SCHEDULED = {"state": {"type": {"any_": ["SCHEDULED"]}}}
LOGIN = {"MODELWARD_PREFECT_LOGIN": "ops:correct horse"}


@pytest.fixture(scope="module")
def world(found_validated: Template, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry in which a version waits to be deployed."""
    root = tmp_path_factory.mktemp("up") / "home"
    shutil.copytree(found_validated.root, root)
    return World(root, found_validated.now)


@pytest.fixture(scope="module")
def house(world: World) -> Iterator[House]:
    """The house of this module."""
    with standing(world.home.root) as house:
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


def test_it_says_where_it_is_and_what_waits(house: House) -> None:
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


def test_the_work_pool_has_a_limit_and_keeps_what_an_operator_makes_of_it(house: House) -> None:
    assert house.ask("/work_pools/modelward")["concurrency_limit"] == 4


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


def test_ctrl_c_leaves_no_process(house: House) -> None:
    assert house.interrupt() == 0
    assert house.processes() == {}
    assert json.loads(house("status", "--json").stdout)["stage"] == "down"
    assert "nothing of it runs any more" in house.said()


def test_brought_up_again_with_a_login_the_approval_still_completes(house: House, world: World) -> None:
    house.settings = LOGIN
    house.start()
    assert "ops/delay/1#1" in house.said()
    assert House(house.home, {}).ask("/flow_runs/filter", {}) is None
    until(lambda: answer(house, world, "axel").returncode == 0)
    until(lambda: state_of(house, "deploy-model") == "Completed")
    with Registry(Home(house.home)).reading() as state:
        (deployment,) = state.find(Deployment)
    assert (deployment.state, deployment.run_id) == ("deployed", house.runs("deploy-model")[0]["id"])


def test_what_an_up_that_was_killed_left_is_named_and_ended(house: House) -> None:
    assert house.process is not None
    house.process.kill()
    house.process.wait()
    assert json.loads(house("status", "--json").stdout)["stage"] == "killed"
    told = house("down")
    assert (told.returncode, "that a killed `modelward up` had left" in told.stdout) == (0, True)
    assert house.processes() == {}


def test_without_a_registry_nothing_is_started(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    told = house("up")
    assert (told.returncode, "there is no registry" in told.stderr) == (3, True)
    assert not house.home.exists()
