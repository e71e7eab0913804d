"""Which run this is and who started it."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import runtime

from data.acting import acting
from data.records.person import Actor
from data.registry import Registry


@dataclass(frozen=True)
class Run:
    """A flow run: its id in Prefect, and the actor the registry will remember."""

    id: str
    actor: Actor


def this_run() -> Run:
    """The run we are in, acting for the person the settings or the operating-system user name."""
    with Registry.here().reading() as state:
        return Run(str(runtime.flow_run.id or ""), acting(state))
