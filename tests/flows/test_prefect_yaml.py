"""prefect.yaml deploys every flow, by module, and names no machine."""

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
from prefect.settings import get_current_settings

ROOT = Path(__file__).parents[2]
CONFIGURED: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = CONFIGURED["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: str(one["name"]))
def test_a_deployment_names_a_flow_and_is_called_like_it(deployment: dict[str, Any]) -> None:
    module, _, name = deployment["entrypoint"].rpartition(".")
    assert isinstance(getattr(importlib.import_module(module), name), Flow)
    assert deployment["name"] == name.replace("_", "-")
    assert "active" not in str(deployment.get("schedules", ""))


def test_every_flow_is_deployed() -> None:
    flows = {f"flows.{path.stem}" for path in (ROOT / "flows").glob("*_*.py") if path.stem != "__init__"}
    assert flows == {one["entrypoint"].rpartition(".")[0] for one in DEPLOYMENTS}


def test_all_of_it_deploys_and_what_has_a_cron_has_a_schedule(prefect_server: None, tmp_path: Path) -> None:
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
    with get_client(sync_client=True) as client:
        known = {one.name: one for one in client.read_deployments()}
        assert {one["name"] for one in DEPLOYMENTS} <= set(known)
        scheduled = {name for name, one in known.items() if one.schedules}
    assert scheduled == {one["name"] for one in DEPLOYMENTS if "schedules" in one}
