"""What a running server needs before a worker can serve: closed pages, the work pool, the deployments, the automations;
and then what a crash left half-way is ended.

Run as a process of its own beside the supervisor, which never loads Prefect: `python -m modelward.house.furnishing`.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from data.durable_file import write_durably
from data.errors import HouseError

POOL = "modelward"
RUNS_AT_ONCE = 4
PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.2


def main(report: Path) -> None:
    """Furnish the server that PREFECT_API_URL names; writes what `reconcile` did as JSON."""
    from prefect.client.orchestration import get_client

    from data.settings import read_settings
    from modelward.house.automations import create_automations
    from modelward.house.closed_pages import close_pages
    from modelward.prefect_environment import pages_of

    with get_client(sync_client=True) as client:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (error := client.api_healthcheck()) is not None:
            if time.monotonic() > deadline:
                raise HouseError(f"the Prefect server does not answer: {error}")
            time.sleep(POLL_SECONDS)
        close_pages(pages_of(read_settings().home))
        create_pool(client)
        deploy_all()
        create_automations(client)
    write_durably(report, json.dumps(reconciled()).encode())


def create_pool(client: object) -> None:
    """The pool that deployments name, once: what an operator changed of it, a pause or another limit, stays."""
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.process import ProcessWorker

    assert isinstance(client, SyncPrefectClient)
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        pool = WorkPoolCreate(
            name=POOL,
            type="process",
            description="Runs every flow of modelward on this machine.",
            base_job_template=template,
            concurrency_limit=RUNS_AT_ONCE,
        )
        client.create_work_pool(pool)


def deploy_all() -> None:
    """`prefect deploy --all` of prefect.yaml in the working directory. Raises HouseError."""
    before, sys.argv = sys.argv, ["prefect", "--no-prompt", "deploy", "--all"]
    try:
        runpy.run_module("prefect", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code:
            raise HouseError(f"`prefect deploy --all` ended with {ended.code}") from ended
    finally:
        sys.argv = before


def reconciled() -> Mapping[str, Sequence[str]]:
    """What was half done by a process that died; done here, so that nothing starts on top of it."""
    from flows.reconcile_operations import reconcile_operations

    return reconcile_operations()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
