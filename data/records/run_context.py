"""Who acts, at which business time, in which run: what every command and every step of a flow is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.person import Actor


@dataclass(frozen=True)
class RunContext:
    """The actor, the business time (None: now) and the id of the flow run (empty: outside any run)."""

    actor: Actor
    as_of: datetime | None = None
    run_id: str = ""
