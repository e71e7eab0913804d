"""Prepare a running Prefect server before the worker starts: Content-Security-Policy, work pool, deployments and
automations. Then reconcile what a crash left incomplete.

The module runs as a separate process, because the supervisor never imports Prefect:
`python -m modelward.supervisor.provisioning`.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SupervisorError
from modelward.supervisor.recovery_report import RecoveryReport, write_recovery_report

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.2


def main(folder: Path) -> None:
    """Prepare the server at PREFECT_API_URL; write the recovery report to the folder, before and after reconciling."""
    from prefect.client.orchestration import get_client

    from modelward.cli.failure import domain_error

    with get_client(sync_client=True) as client:
        report = provision(client)
    write_recovery_report(folder, report)
    try:
        report = RecoveryReport(is_complete=True, findings={**report.findings, **reconcile()})
    except Exception as error:  # noqa: BLE001 – the server is ready and keeps running; the report contains the failure
        known = domain_error(error)
        report = report.with_failure(f"reconciling: {known.what if known else f'{type(error).__name__}: {error}'}")
    write_recovery_report(folder, report)


def provision(client: SyncPrefectClient) -> RecoveryReport:
    """Prepare the server before the worker starts; return what was done about the runs of an earlier `up`."""
    from data.settings import read_settings
    from modelward.supervisor.automations import create_automations
    from modelward.supervisor.prefect_environment import ui_folder
    from modelward.supervisor.stale_runs import cancel_missed_runs, crash_dead_runs
    from modelward.supervisor.ui_csp import add_policy
    from modelward.supervisor.work_pool import create_pool

    deadline = time.monotonic() + PATIENCE_SECONDS
    while (error := client.api_healthcheck()) is not None:
        if time.monotonic() > deadline:
            raise SupervisorError(
                f"the Prefect server does not answer: {error}",
                "read server.log in the folder of this log, correct the fault, then run `modelward up` again",
            )
        time.sleep(POLL_SECONDS)
    add_policy(ui_folder(read_settings().home))
    create_pool(client)
    crashed = crash_dead_runs(client)
    deploy_all()
    create_automations(client)
    findings = {"crashed": crashed, "missed": cancel_missed_runs(client)}
    return RecoveryReport(is_complete=False, findings={kind: lines for kind, lines in findings.items() if lines})


def deploy_all() -> None:
    """Run `prefect deploy --all` on prefect.yaml in the working directory. Raises SupervisorError."""
    before, sys.argv = sys.argv, ["prefect", "--no-prompt", "deploy", "--all"]
    try:
        runpy.run_module("prefect", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code:
            raise SupervisorError(
                f"`prefect deploy --all` ended with exit code {ended.code}",
                "correct what it printed above in this log, then run `modelward up` again",
            ) from ended
    finally:
        sys.argv = before


def reconcile() -> dict[str, list[str]]:
    """Finish or undo what a dead process left incomplete. In this process, no limit of a work pool causes a delay."""
    from flows.reconcile_operations import reconcile_operations

    return reconcile_operations()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
