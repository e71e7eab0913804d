"""Find out why due runs do not start: the work pool or one of its queues is paused or full."""

from __future__ import annotations

from typing import Any

from modelward.supervisor.loopback import ask
from modelward.supervisor.process_specs import POOL

UNDER_WAY = ["RUNNING", "PENDING"]


def queue_blockage(api_url: str, login: str, queue: str = "") -> tuple[str, ...]:
    """Return the reasons for all queues, or for one queue; none if nothing blocks or the server does not answer."""
    pool = ask(api_url, f"/work_pools/{POOL}", login) or {}
    queues = ask(api_url, f"/work_pools/{POOL}/queues/filter", login, {}) or []
    if pool.get("is_paused"):
        return (f"the work pool {POOL} is paused: no run starts until the pool is resumed in the Prefect UI",)
    whole = _full(api_url, login, f"the work pool {POOL}", pool)
    parts = [_queue(api_url, login, one) for one in queues if queue in ("", one.get("name"))]
    return tuple(reason for reason in (whole, *parts) if reason)


def _queue(api_url: str, login: str, queue: dict[str, Any]) -> str:
    name = f"the queue {queue.get('name')}"
    if queue.get("is_paused"):
        return f"{name} is paused: none of its runs starts until the queue is resumed in the Prefect UI"
    return _full(api_url, login, name, queue, {"work_pool_queues": {"name": {"any_": [queue.get("name")]}}})


def _full(api_url: str, login: str, name: str, limited: dict[str, Any], filters: dict[str, Any] | None = None) -> str:
    limit = limited.get("concurrency_limit")
    if limit is None:
        return ""
    runs = {"flow_runs": {"state": {"type": {"any_": UNDER_WAY}}}, "work_pools": {"name": {"any_": [POOL]}}}
    count = ask(api_url, "/flow_runs/count", login, {**runs, **(filters or {})}) or 0
    if count < limit:
        return ""
    return f"{name} is full: {count} of at most {limit} runs are in progress; other runs wait until one ends"
