"""Find the supervisor of this home, started by `modelward up`, and its addresses once it is ready."""

from __future__ import annotations

import time
from dataclasses import dataclass

from data.errors import SupervisorError
from data.files.home import Home
from data.settings import read_settings
from modelward.supervisor.instance_lock import describe_status, is_held, running_status
from modelward.supervisor.prefect_environment import api_url
from modelward.supervisor.queue_blockage import queue_blockage

PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class RunningSupervisor:
    """The process and the addresses of a supervisor that is ready."""

    pid: int
    since: str
    api_url: str
    ui_url: str
    evidence_url: str

    def run_page(self, run_id: object) -> str:
        """Return the address of a run in the Prefect UI."""
        return f"{self.ui_url}/runs/flow-run/{run_id}"

    def why_queued(self, queue: str = "") -> str:
        """Return why a due run has not started: what blocks its queue, or any queue if none is given."""
        reasons = queue_blockage(self.api_url, read_settings().prefect_login, queue)
        return reasons[0] if reasons else "no worker has the run yet: check with `modelward status` that one runs"


def running_supervisor() -> RunningSupervisor | None:
    """Return the supervisor of this home; None if none runs, or if PREFECT_API_URL is the address of another server.

    Waits up to PATIENCE_SECONDS while the supervisor starts or stops, then raises SupervisorError: a second server
    would damage the records of this home.
    """
    folder, chosen = Home.here().up, api_url()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_held(folder):
        status = running_status(folder)
        if status is not None and chosen not in ("", status.api_url):
            return None
        if status is not None and status.stage == "ready":
            return RunningSupervisor(status.pid, status.since, status.api_url, status.ui_url, status.evidence_url)
        if time.monotonic() > deadline:
            raise SupervisorError(
                describe_status(status), "try again when `modelward status` shows that it is ready or not running"
            )
        time.sleep(POLL_SECONDS)
    return None
