"""The acting person, the business time and the run id, which every command and every step of a flow receives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.person import Actor


@dataclass(frozen=True)
class RunContext:
    """The actor, the business time (None: the current time) and the id of the flow run (empty: outside any run)."""

    actor: Actor
    as_of: datetime | None = None
    run_id: str = ""
