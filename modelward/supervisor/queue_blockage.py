"""Why a run that is due does not begin: the work pool or a queue of it is paused, or as many go on as may at once."""

from __future__ import annotations

from typing import Any

from modelward.supervisor.loopback import ask
from modelward.supervisor.process_specs import POOL

UNDER_WAY = ["RUNNING", "PENDING"]


def queue_blockage(api_url: str, login: str, queue: str = "") -> tuple[str, ...]:
    """Everything that holds runs up, or what holds up those of one queue; nothing where the server does not say."""
    pool = ask(api_url, f"/work_pools/{POOL}", login) or {}
    queues = ask(api_url, f"/work_pools/{POOL}/queues/filter", login, {}) or []
    if pool.get("is_paused"):
        return (f"the work pool {POOL} is paused: no run begins until somebody resumes it in the Prefect UI",)
    whole = _full(api_url, login, f"the work pool {POOL}", pool)
    parts = [_held(api_url, login, one) for one in queues if queue in ("", one.get("name"))]
    return tuple(said for said in (whole, *parts) if said)


def _held(api_url: str, login: str, queue: dict[str, Any]) -> str:
    name = f"the queue {queue.get('name')}"
    if queue.get("is_paused"):
        return f"{name} is paused: none of its runs begins until somebody resumes it in the Prefect UI"
    return _full(api_url, login, name, queue, {"work_pool_queues": {"name": {"any_": [queue.get("name")]}}})


def _full(api_url: str, login: str, name: str, told: dict[str, Any], of: dict[str, Any] | None = None) -> str:
    limit = told.get("concurrency_limit")
    if limit is None:
        return ""
    runs = {"flow_runs": {"state": {"type": {"any_": UNDER_WAY}}}, "work_pools": {"name": {"any_": [POOL]}}}
    count = ask(api_url, "/flow_runs/count", login, {**runs, **(of or {})}) or 0
    if count < limit:
        return ""
    return f"{name} is full: {count} runs go on, as many as may at once; others wait for one to end"
