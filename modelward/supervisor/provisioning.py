"""What a running server needs before a worker can serve: closed pages, the work pool, the deployments, the automations;
and then what a crash left half-way is ended.

Run as a process of its own beside the supervisor, which never loads Prefect:
`python -m modelward.supervisor.provisioning`.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SupervisorError
from modelward.supervisor.recovery_report import RecoveryReport, write_leftovers

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.2


def main(folder: Path) -> None:
    """Furnish the server that PREFECT_API_URL names; what was found half done stands in the folder, by and by."""
    from prefect.client.orchestration import get_client

    from modelward.cli.failure import domain_error

    with get_client(sync_client=True) as client:
        found = furnished(client)
    write_leftovers(folder, found)
    try:
        found = RecoveryReport(whole=True, told={**found.told, **reconciled()})
    except Exception as error:  # noqa: BLE001 – the house is furnished and goes on; it is told what failed
        known = domain_error(error)
        found = found.and_failed(f"reconciling: {known.what if known else f'{type(error).__name__}: {error}'}")
    write_leftovers(folder, found)


def furnished(client: SyncPrefectClient) -> RecoveryReport:
    """Prepare everything before the worker starts; answers what became of the runs that were left."""
    from data.settings import read_settings
    from modelward.supervisor.automations import create_automations
    from modelward.supervisor.prefect_environment import pages_of
    from modelward.supervisor.stale_runs import cancel_missed_runs, crash_dead_runs
    from modelward.supervisor.ui_csp import close_pages
    from modelward.supervisor.work_pool import create_pool

    deadline = time.monotonic() + PATIENCE_SECONDS
    while (error := client.api_healthcheck()) is not None:
        if time.monotonic() > deadline:
            raise SupervisorError(f"the Prefect server does not answer: {error}")
        time.sleep(POLL_SECONDS)
    close_pages(pages_of(read_settings().home))
    create_pool(client)
    crashed = crash_dead_runs(client)
    deploy_all()
    create_automations(client)
    told = {"crashed": crashed, "missed": cancel_missed_runs(client)}
    return RecoveryReport(whole=False, told={kind: things for kind, things in told.items() if things})


def deploy_all() -> None:
    """`prefect deploy --all` of prefect.yaml in the working directory. Raises HouseError."""
    before, sys.argv = sys.argv, ["prefect", "--no-prompt", "deploy", "--all"]
    try:
        runpy.run_module("prefect", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code:
            raise SupervisorError(f"`prefect deploy --all` ended with {ended.code}") from ended
    finally:
        sys.argv = before


def reconciled() -> dict[str, list[str]]:
    """What was half done by a process that died; done here, where no limit of a pool holds it up."""
    from flows.reconcile_operations import reconcile_operations

    return reconcile_operations()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
