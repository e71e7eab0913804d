"""Tests of prefect.yaml: it deploys every flow by module, contains no path of a machine, and keeps paused schedules."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import get_current_settings

from modelward.supervisor.automations import STAGES
from modelward.supervisor.work_pool import QUEUE, URGENT

ROOT = Path(__file__).parents[2]
CONFIGURED: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = CONFIGURED["deployments"]
CRONS = {
    "monitor-models": {"nightly": "30 3 * * *"},
    "review-models": {"weekly-review": "0 5 * * 1", "between-reviews": "0 5 * * 0,2-6"},
    "attest-registry": {"nightly": "0 6 * * *"},
    "reconcile-operations": {"every-quarter-hour": "*/15 * * * *"},
}
SLOTS = ["champion", "challenger", "shadow"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: str(one["name"]))
def test_a_deployment_has_the_name_of_its_flow(deployment: dict[str, Any]) -> None:
    module, _, name = deployment["entrypoint"].rpartition(".")
    assert isinstance(getattr(importlib.import_module(module), name), Flow)
    assert deployment["name"] == name.replace("_", "-")
    assert "active" not in str(deployment.get("schedules", ""))


def test_every_flow_is_deployed() -> None:
    flows = {f"flows.{path.stem}" for path in (ROOT / "flows").glob("*_*.py") if path.stem != "__init__"}
    assert flows == {one["entrypoint"].rpartition(".")[0] for one in DEPLOYMENTS}


def test_a_deployment_has_a_stage_tag_that_the_automations_know() -> None:
    assert {one["tags"][0] for one in DEPLOYMENTS} == {"modelward"}
    assert {one["tags"][1] for one in DEPLOYMENTS} == {*STAGES, "operations"}


def test_urgent_deployments_have_their_own_queue() -> None:
    queues = {one["name"]: one["work_pool"]["work_queue_name"] for one in DEPLOYMENTS}
    urgent = {name for name, queue in queues.items() if queue == URGENT}
    assert urgent == {"rollback-model", "suspend-model", "release-in-emergency", "reconcile-operations"}
    assert set(queues.values()) == {QUEUE, URGENT}


def test_it_contains_no_path_of_a_machine() -> None:
    text = (ROOT / "prefect.yaml").read_text("utf-8")
    assert str(ROOT) not in text
    assert CONFIGURED["pull"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $MODELWARD_ROOT }}"}}
    ]


@pytest.fixture(scope="module")
def deployed(prefect_server: None) -> dict[str, DeploymentResponse]:
    """Return what the server lists after everything was deployed; deployments of other tests are deleted first."""
    with get_client(sync_client=True) as client:
        for left in client.read_deployments():
            client.delete_deployment(left.id)
        deploy_all()
        return {one.name: one for one in client.read_deployments()}


def deploy_all() -> None:
    environment = {**os.environ, "MODELWARD_ROOT": str(ROOT), "PREFECT_API_URL": str(get_current_settings().api.url)}
    commands = (
        ["work-pool", "create", "modelward", "--type", "process", "--overwrite"],
        ["--no-prompt", "deploy", "--all"],
    )
    for command in commands:
        ran = subprocess.run(
            [sys.executable, "-m", "prefect", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_all_deployments_have_their_written_schedules(deployed: dict[str, DeploymentResponse]) -> None:
    assert {one["name"] for one in DEPLOYMENTS} <= set(deployed)
    scheduled = {name: one.schedules for name, one in deployed.items() if one.schedules}
    assert {name: {one.slug: one.schedule.cron for one in these} for name, these in scheduled.items()} == CRONS
    assert {one.schedule.timezone for these in scheduled.values() for one in these} == {"UTC"}
    assert all(one.active for these in scheduled.values() for one in these)


@pytest.mark.parametrize("name", [one["name"] for one in DEPLOYMENTS])
def test_every_parameter_has_a_description(name: str, deployed: dict[str, DeploymentResponse]) -> None:
    schema: Any = deployed[name].parameter_openapi_schema
    silent = [field for field, entry in schema["properties"].items() if not entry.get("description")]
    assert not silent, "describe it under Args in the flow's docstring"


def test_a_parameter_with_choices_lists_them(deployed: dict[str, DeploymentResponse]) -> None:
    for name in ("deploy-model", "rollback-model", "suspend-model"):
        schema: Any = deployed[name].parameter_openapi_schema
        assert schema["properties"]["slot"]["enum"] == SLOTS


@pytest.mark.long
def test_a_paused_schedule_stays_paused_after_a_new_deployment(
    deployed: dict[str, DeploymentResponse],
) -> None:
    monitor = deployed["monitor-models"]
    with get_client(sync_client=True) as client:
        client.update_deployment_schedule(monitor.id, monitor.schedules[0].id, active=False)
        deploy_all()
        again = {one.name: one for one in client.read_deployments()}
        assert [one.active for one in again["monitor-models"].schedules] == [False]
        assert all(one.active for one in again["attest-registry"].schedules)
