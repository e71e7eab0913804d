"""Find the present time of a registry: the current time, or in a replay registry that of its last event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from data.errors import MissingRegistryError
from data.records.instant import read_instant

# A statement without parameters: for the first parameter DuckDB imports pandas, which would make every list slow.
FIRST_AND_LAST_EVENT = """
SELECT body FROM audit_event
WHERE seq = 0 OR seq = (SELECT max(seq) FROM audit_event)
ORDER BY seq
"""


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
    found = [json.loads(body) for (body,) in connection.execute(FIRST_AND_LAST_EVENT).fetchall()]
    if not found:
        raise MissingRegistryError(
            "the registry file exists, but its log has no event", "finish its creation with `modelward people add`"
        )
    clock = str(found[0]["data"]["clock"])
    if clock != "replay" or len(found) == 1:
        return RegistryTime(clock, datetime.now(UTC))
    return RegistryTime(clock, read_instant(found[1]["effective_at"]))
