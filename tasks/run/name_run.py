"""Which run this is and who started it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from prefect import runtime

from data.records.person import Actor
from data.registry.current_actor import current_actor
from data.registry.registry import Registry
from tasks.run.retry_transient import retry_transient


@dataclass(frozen=True)
class Run:
    """A flow run: its id in Prefect, and the actor the registry will remember."""

    id: str
    actor: Actor


AT_REST = timedelta(minutes=30)


def this_run() -> Run:
    """The run we are in, acting for the person the settings or the operating-system user name.

    It is the first that a run asks of the registry. On a worker a registry that is held just then is waited for: a run
    that somebody has answered and that fails at its first step would take every earlier answer with it.
    """
    return retry_transient(_told, AT_REST) if runtime.deployment.id else _told()


def _told() -> Run:
    with Registry.here().reading() as state:
        return Run(str(runtime.flow_run.id or ""), current_actor(state))
