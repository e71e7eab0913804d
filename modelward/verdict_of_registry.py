"""What the registry made of an answer: the next event about it, awaited for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.history import LogEntry
    from data.registry import Registry

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.3
BESIDE = {"credential.attempted", "operation.begun"}


def newest_event(registry: Registry) -> int:
    """The number of the newest event."""
    from data.audit_log import AuditLog

    with registry.store.reading() as connection:
        return AuditLog(connection).head().size - 1


def watch_for(registry: Registry, after: int, subject: str, run_id: str) -> LogEntry:
    """The first event after a number about a subject or by its run. Raises PrefectUnavailableError when none comes."""
    from data.errors import PrefectUnavailableError

    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for event in _since(registry, after):
            mine = event.subject == subject or event.run == run_id
            if mine and event.type not in BESIDE:
                return event
        time.sleep(PAUSE_SECONDS)
    raise PrefectUnavailableError(
        f"the answer was handed in, and nothing was recorded within {PATIENCE_SECONDS:.0f} s",
        "see whether the process of the run still lives; if not, `modelward reconcile`, then start the flow again",
    )


def _since(registry: Registry, after: int) -> list[LogEntry]:
    from data.audit_log import AuditLog
    from data.history import events

    with registry.store.reading() as connection:
        return events(AuditLog(connection).bodies(after + 1))
