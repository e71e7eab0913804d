"""How the house is: what runs, whether it answers, and the runs that ended last. Asked over HTTP, without Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from modelward.house.loopback import answers, ask
from modelward.house.marked_processes import marked
from modelward.house.resident import Account, Tenant, read_account, resident
from modelward.house.roles import EVIDENCE, POOL, SERVER, WORKER

HEARTBEAT = timedelta(seconds=90)
NEWEST = 5
BAD = ("FAILED", "CRASHED")
ENDED = ("COMPLETED", "CANCELLED", *BAD)
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
    """`stage` is `killed` where an `up` was killed and left processes running."""

    stage: Stage
    pid: int | None = None
    since: str = ""
    api_url: str = ""
    ui_url: str = ""
    evidence_url: str = ""
    processes: Mapping[str, Tenant] = field(default_factory=dict)
    well: Mapping[str, bool] = field(default_factory=dict)
    runs: tuple[EndedRun, ...] = ()
    failed: tuple[EndedRun, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether it is ready, and everything that was asked answered."""
        return self.stage == "ready" and all(self.well.values())


def health(folder: Path, login: str) -> Health:
    """Of the `up` that keeps its account in this folder."""
    account = resident(folder)
    if account is None:
        former = read_account(folder)
        left = former is not None and marked(former.mark)
        return Health("killed", former.pid, former.since) if left and former is not None else Health("down")
    return Health(
        stage=account.stage,
        pid=account.pid,
        since=account.since,
        api_url=account.api_url,
        ui_url=account.ui_url,
        evidence_url=account.evidence_url,
        processes=account.tenants,
        well={name: _is_well(name, account, login) for name in account.tenants},
        runs=_ended(account.api_url, login, ENDED),
        failed=_ended(account.api_url, login, BAD),
    )


def _is_well(name: str, account: Account, login: str) -> bool:
    if name == SERVER:
        return answers(f"{account.api_url}/health")
    if name == WORKER:
        heard = ask(account.api_url, f"/work_pools/{POOL}/workers/filter", login, {}) or []
        since = datetime.now(UTC) - HEARTBEAT
        return any(datetime.fromisoformat(str(one["last_heartbeat_time"])) > since for one in heard)
    return answers(f"{account.evidence_url}/") if name == EVIDENCE else True


def _ended(api_url: str, login: str, types: tuple[str, ...]) -> tuple[EndedRun, ...]:
    wanted = {"state": {"type": {"any_": list(types)}}}
    question = {"flow_runs": wanted, "sort": "END_TIME_DESC", "limit": NEWEST}
    found = ask(api_url, "/flow_runs/filter", login, question) or []
    return tuple(
        EndedRun(str(one["id"]), str(one["name"]), str(one["state_name"]), str(one["end_time"])) for one in found
    )
