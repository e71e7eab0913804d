"""Determine the id of the present run and the person who started it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from prefect import runtime

from data.queries.roster import current_person
from data.records.run_context import RunContext
from data.registry.registry import Registry
from tasks.run.retry_transient import retry_transient

LONGEST_LOCK_WAIT = timedelta(minutes=30)


def this_run(as_of: datetime | None = None) -> RunContext:
    """Return the context of the present run: business time, run id, and the person acting.

    The person comes from the settings or the operating system. This is the first access of a run to the registry. On a
    worker a locked registry is waited for, because a run that fails at its first step after an answer would lose every
    earlier answer.
    """
    context = retry_transient(_read_context, LONGEST_LOCK_WAIT) if runtime.deployment.id else _read_context()
    return replace(context, as_of=as_of)


def _read_context() -> RunContext:
    return RunContext(current_person(Registry.here()), run_id=str(runtime.flow_run.id or ""))
