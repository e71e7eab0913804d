"""What time it is in a registry: the wall clock's, or in a replay the business time of its newest event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from data.errors import MissingRegistryError
from data.records.instant import read_instant

# Without parameters: DuckDB imports pandas for the first one it is given, and lists must be quick.
ENDS = """
SELECT body FROM audit_event
WHERE seq = 0 OR seq = (SELECT max(seq) FROM audit_event)
ORDER BY seq
"""


@dataclass(frozen=True)
class RegistryTime:
    """The clock that genesis names, `wall` or `replay`, and the moment that lists and due dates are judged at."""

    clock: str
    now: datetime

    @property
    def is_replay(self) -> bool:
        """Whether this registry records a past that was replayed."""
        return self.clock == "replay"


def registry_time(connection: duckdb.DuckDBPyConnection) -> RegistryTime:
    """The time in the registry behind an open connection. Raises MissingRegistryError when its log is empty."""
    found = [json.loads(body) for (body,) in connection.execute(ENDS).fetchall()]
    if not found:
        raise MissingRegistryError("the registry was made but never started: its log is empty")
    clock = str(found[0]["data"]["clock"])
    if clock != "replay" or len(found) == 1:
        return RegistryTime(clock, datetime.now(UTC))
    return RegistryTime(clock, read_instant(found[1]["effective_at"]))
