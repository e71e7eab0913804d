"""Find the present time of a registry: the current time, or in a replay registry that of its last event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from data.errors import MissingRegistryError
from data.records.instant import read_instant

SIZE = "SELECT size FROM audit_head WHERE id = 0"
EVENT = "SELECT body FROM audit_event WHERE seq = ?"


@dataclass(frozen=True)
class RegistryTime:
    """The clock of a registry as in genesis, `wall` or `replay`, and its present time, which decides what is due."""

    clock: str
    now: datetime

    @property
    def is_replay(self) -> bool:
        """True if this is a replay registry, which records events of the past."""
        return self.clock == "replay"


def registry_time(connection: duckdb.DuckDBPyConnection) -> RegistryTime:
    """Return clock and time of the registry on an open connection. Raises MissingRegistryError for an empty log."""
    head = connection.execute(SIZE).fetchone()
    first = connection.execute(EVENT, [0]).fetchone()
    if head is None or first is None:
        raise MissingRegistryError(
            "the registry file exists, but its log has no event", "finish its creation with `modelward people add`"
        )
    clock = str(json.loads(first[0])["data"]["clock"])
    last = connection.execute("SELECT effective_at FROM audit_event WHERE seq = ?", [int(head[0]) - 1]).fetchone()
    if clock != "replay" or int(head[0]) == 1 or last is None:
        return RegistryTime(clock, datetime.now(UTC))
    return RegistryTime(clock, read_instant(last[0]))
