"""Create the work pool of the deployments and its two queues: one with a limit, and one without a limit for runs that
must not wait: emergencies, and recovery after a crash."""

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
    """Create the pool and its queues if they are missing; keep a pause or a limit that an operator set.

    A pool of an earlier version has no urgent queue, and its limit would block both queues: move the limit to the
    default queue.
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
