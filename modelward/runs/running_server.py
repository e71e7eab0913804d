"""The supervisor that `modelward up` runs for this home, as other commands find it: its addresses, once it is ready."""

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
    """A supervisor that is ready."""

    pid: int
    since: str
    api_url: str
    ui_url: str
    evidence_url: str

    def run_page(self, run_id: object) -> str:
        """Where people look at a run."""
        return f"{self.ui_url}/runs/flow-run/{run_id}"

    def why_queued(self, queue: str = "") -> str:
        """Why a run that is due has not begun: what holds up its queue, or all of them."""
        held = queue_blockage(self.api_url, read_settings().prefect_login, queue)
        return held[0] if held else "no worker has taken it yet: `modelward status` says whether one runs"


def running_supervisor() -> RunningSupervisor | None:
    """The supervisor of this home; None when there is none, or when the person named another with PREFECT_API_URL.

    One that is starting or stopping is waited for a while. Raises SupervisorError when it stays so: it has the records
    of this home, and a second server on them would damage them.
    """
    folder, named = Home.here().up, api_url()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_held(folder):
        account = running_status(folder)
        if account is not None and named not in ("", account.api_url):
            return None
        if account is not None and account.stage == "ready":
            return RunningSupervisor(account.pid, account.since, account.api_url, account.ui_url, account.evidence_url)
        if time.monotonic() > deadline:
            raise SupervisorError(
                describe_status(account), "try again once it is ready or has ended: `modelward status`"
            )
        time.sleep(POLL_SECONDS)
    return None
