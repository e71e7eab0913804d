"""Which run this is and who started it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from prefect import runtime

from data.queries.run_progress import acting_person
from data.records.run_context import RunContext
from data.registry.registry import Registry
from tasks.run.retry_transient import retry_transient

AT_REST = timedelta(minutes=30)


def this_run(as_of: datetime | None = None) -> RunContext:
    """The run we are in at a business time, acting for the person the settings or the operating-system user name.

    It is the first that a run asks of the registry. On a worker a registry that is held just then is waited for: a run
    that somebody has answered and that fails at its first step would take every earlier answer with it.
    """
    context = retry_transient(_read_context, AT_REST) if runtime.deployment.id else _read_context()
    return replace(context, as_of=as_of)


def _read_context() -> RunContext:
    return RunContext(acting_person(Registry.here()), run_id=str(runtime.flow_run.id or ""))
