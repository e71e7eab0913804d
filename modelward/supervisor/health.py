"""Report the health of a supervisor: its processes, whether they answer, and the runs that ended last. The server is
asked over HTTP, without importing Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from modelward.supervisor.instance_lock import ProcessStatus, SupervisorStatus, read_status, running_status
from modelward.supervisor.loopback import ask, ask_for_reply, fault_of
from modelward.supervisor.process_discovery import find_processes, is_running, mark_of_part
from modelward.supervisor.process_specs import EVIDENCE, POOL, SERVER, WORKER
from modelward.supervisor.queue_blockage import queue_blockage

HEARTBEAT = timedelta(seconds=90)
NEWEST = 5
BAD = ("FAILED", "CRASHED")
ENDED = ("COMPLETED", "CANCELLED", *BAD)
STARTED = {"start_time": {"is_null_": False}}
HealthStage = Literal["starting", "ready", "stopping", "down", "killed"]


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended, with its last state and the time of its end (`at`)."""

    id: str
    name: str
    state: str
    at: str


@dataclass(frozen=True)
class Health:
    """The answer of `status --json`. `stage` is `killed` if an `up` was killed and left processes running.

    `faults` has the fault of each process, an empty text if there is none; `held_up` has the reasons why due runs do
    not start.
    """

    stage: HealthStage
    pid: int | None = None
    since: str = ""
    api_url: str = ""
    ui_url: str = ""
    evidence_url: str = ""
    processes: Mapping[str, ProcessStatus] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    held_up: tuple[str, ...] = ()
    runs: tuple[EndedRun, ...] = ()
    failed: tuple[EndedRun, ...] = ()

    @property
    def is_well(self) -> bool:
        """True if the supervisor is ready and no process has a fault."""
        return self.stage == "ready" and not any(self.faults.values())


def health(folder: Path, login: str) -> Health:
    """Return the health of the `up` whose status file is in this folder."""
    status = running_status(folder)
    if status is None:
        earlier = read_status(folder)
        if earlier is not None and find_processes(earlier.mark):
            return Health("killed", earlier.pid, earlier.since)
        return Health("down")
    faults = {name: _fault(name, status, login) for name in status.processes}
    server_answers = not faults.get(SERVER, "it has not started yet")
    return Health(
        stage=status.stage,
        pid=status.pid,
        since=status.since,
        api_url=status.api_url,
        ui_url=status.ui_url,
        evidence_url=status.evidence_url,
        processes=status.processes,
        faults=faults,
        held_up=queue_blockage(status.api_url, login) if server_answers else (),
        runs=_ended(status.api_url, login, ENDED, STARTED) if server_answers else (),
        failed=_ended(status.api_url, login, BAD, {}) if server_answers else (),
    )


def _fault(name: str, status: SupervisorStatus, login: str) -> str:
    process = status.processes[name]
    if not is_running(process.pid, mark_of_part(status.mark, name)):
        return "its process has ended; `modelward up` restarts it"
    if name == SERVER:
        return fault_of(f"{status.api_url}/health")
    if name == WORKER:
        return _heartbeat_fault(status, process, login)
    return fault_of(f"http://127.0.0.1:{status.evidence_port}/health") if name == EVIDENCE else ""


def _heartbeat_fault(status: SupervisorStatus, worker: ProcessStatus, login: str) -> str:
    """Return an empty text if this worker process sent a heartbeat within HEARTBEAT, or else the fault."""
    reply = ask_for_reply(status.api_url, f"/work_pools/{POOL}/workers/filter", login, {})
    if reply.fault:
        return f"its heartbeat is unknown: {reply.fault}"
    since = max(datetime.now(UTC) - HEARTBEAT, datetime.fromisoformat(worker.since))
    is_alive = any(datetime.fromisoformat(str(one["last_heartbeat_time"])) > since for one in reply.content)
    return "" if is_alive else f"it has sent no heartbeat since {since:%H:%M:%S} UTC"


def _ended(api_url: str, login: str, types: tuple[str, ...], more: Mapping[str, object]) -> tuple[EndedRun, ...]:
    filters = {"state": {"type": {"any_": list(types)}}, **more}
    question = {"flow_runs": filters, "sort": "END_TIME_DESC", "limit": NEWEST}
    found = ask(api_url, "/flow_runs/filter", login, question) or []
    return tuple(
        EndedRun(str(one["id"]), str(one["name"]), str(one["state_name"]), str(one["end_time"])) for one in found
    )
