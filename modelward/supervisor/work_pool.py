"""The work pool that deployments name, and its two queues: one with a limit, and one without a limit for what must not
wait behind the first: emergencies, and recovery after a crash."""

from __future__ import annotations

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

from modelward.supervisor.process_specs import POOL

QUEUE, URGENT = "default", "urgent"
RUNS_AT_ONCE = 4


def create_pool(client: SyncPrefectClient) -> None:
    """Create the pool and its queues where they are missing; what an operator changed, a pause or a limit, stays.

    A pool from before the urgent queue has a limit that blocks both queues: it becomes the limit of the default queue.
    """
    pool = _pool(client)
    try:
        client.read_work_queue_by_name(URGENT, work_pool_name=POOL)
    except ObjectNotFound:
        if pool.concurrency_limit is not None:
            client.update_work_queue(pool.default_queue_id, concurrency_limit=pool.concurrency_limit)
            client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=None))
        description = "Emergencies and recovery after a crash: never blocked by other runs."
        client.create_work_queue(URGENT, description=description, priority=1, work_pool_name=POOL)


def _pool(client: SyncPrefectClient) -> WorkPool:
    try:
        return client.read_work_pool(POOL)
    except ObjectNotFound:
        return client.create_work_pool(
            WorkPoolCreate(
                name=POOL,
                type="process",
                description="Runs every flow of modelward on this machine.",
                base_job_template=ProcessWorker.get_default_base_job_template(),
                concurrency_limit=RUNS_AT_ONCE,
            )
        )
