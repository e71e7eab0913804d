"""Which run this is and who started it."""

from __future__ import annotations

from datetime import timedelta

from prefect import runtime

from data.records.run_context import RunContext
from data.registry.current_actor import current_actor
from data.registry.registry import Registry
from tasks.run.retry_transient import retry_transient

AT_REST = timedelta(minutes=30)


def this_run() -> RunContext:
    """The run we are in, acting for the person the settings or the operating-system user name.

    It is the first that a run asks of the registry. On a worker a registry that is held just then is waited for: a run
    that somebody has answered and that fails at its first step would take every earlier answer with it.
    """
    return retry_transient(_told, AT_REST) if runtime.deployment.id else _told()


def _told() -> RunContext:
    with Registry.here().reading() as state:
        return RunContext(current_actor(state), run_id=str(runtime.flow_run.id or ""))
