"""How the house is: what runs, whether it answers, and the runs that ended last. Asked over HTTP, without Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from modelward.supervisor.instance_lock import ProcessStatus, SupervisorStatus, read_account, resident
from modelward.supervisor.loopback import ask, fault_of, inquire
from modelward.supervisor.process_discovery import lives, marked, part_of
from modelward.supervisor.process_specs import EVIDENCE, POOL, SERVER, WORKER
from modelward.supervisor.queue_blockage import queue_blockage

HEARTBEAT = timedelta(seconds=90)
NEWEST = 5
BAD = ("FAILED", "CRASHED")
ENDED = ("COMPLETED", "CANCELLED", *BAD)
BEGUN = {"start_time": {"is_null_": False}}
Stage = Literal["starting", "ready", "stopping", "down", "killed"]


@dataclass(frozen=True)
class EndedRun:
    """A run as the server remembers it."""

    id: str
    name: str
    state: str
    at: str


@dataclass(frozen=True)
class Health:
    """`stage` is `killed` where an `up` was killed and left processes running.

    `faults` say of each process what is wrong with it, nothing where it is well; `held_up` why runs do not begin.
    """

    stage: Stage
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
        """Whether it is ready, and everything that was asked answered."""
        return self.stage == "ready" and not any(self.faults.values())


def health(folder: Path, login: str) -> Health:
    """Of the `up` that keeps its account in this folder."""
    account = resident(folder)
    if account is None:
        former = read_account(folder)
        left = former is not None and marked(former.mark)
        return Health("killed", former.pid, former.since) if left and former is not None else Health("down")
    faults = {name: _fault(name, account, login) for name in account.tenants}
    answers = not faults.get(SERVER, "it is still to be started")
    return Health(
        stage=account.stage,
        pid=account.pid,
        since=account.since,
        api_url=account.api_url,
        ui_url=account.ui_url,
        evidence_url=account.evidence_url,
        processes=account.tenants,
        faults=faults,
        held_up=queue_blockage(account.api_url, login) if answers else (),
        runs=_ended(account.api_url, login, ENDED, BEGUN) if answers else (),
        failed=_ended(account.api_url, login, BAD, {}) if answers else (),
    )


def _fault(name: str, account: SupervisorStatus, login: str) -> str:
    tenant = account.tenants[name]
    if not lives(tenant.pid, part_of(account.mark, name)):
        return "its process has ended; `modelward up` starts it again by itself"
    if name == SERVER:
        return fault_of(f"{account.api_url}/health")
    if name == WORKER:
        return _unheard(account, tenant, login)
    return fault_of(f"http://127.0.0.1:{account.evidence_port}/health") if name == EVIDENCE else ""


def _unheard(account: SupervisorStatus, worker: ProcessStatus, login: str) -> str:
    """A heartbeat counts that is not old, and not of the process that was there before."""
    reply = inquire(account.api_url, f"/work_pools/{POOL}/workers/filter", login, {})
    if reply.fault:
        return f"the server was asked for it: {reply.fault}"
    since = max(datetime.now(UTC) - HEARTBEAT, datetime.fromisoformat(worker.since))
    heard = any(datetime.fromisoformat(str(one["last_heartbeat_time"])) > since for one in reply.told)
    return "" if heard else f"nothing was heard of it since {since:%H:%M:%S} UTC"


def _ended(api_url: str, login: str, types: tuple[str, ...], more: Mapping[str, object]) -> tuple[EndedRun, ...]:
    wanted = {"state": {"type": {"any_": list(types)}}, **more}
    question = {"flow_runs": wanted, "sort": "END_TIME_DESC", "limit": NEWEST}
    found = ask(api_url, "/flow_runs/filter", login, question) or []
    return tuple(
        EndedRun(str(one["id"]), str(one["name"]), str(one["state_name"]), str(one["end_time"])) for one in found
    )
