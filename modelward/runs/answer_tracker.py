"""The result of an answer: waits for the next event about it by the person who gave it, while its run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from data.errors import PrefectUnavailableError
from data.queries.log_entries import LogEntry, events_from
from data.records.person import SERVICE
from data.registry.registry import Registry

Stage = Literal["queued", "under way", "waiting", "ended"]
LONGEST_SECONDS = 180.0
GRACE_SECONDS = 5.0
SLOW_SECONDS = 15.0
PAUSE_SECONDS = 0.5
BESIDE = {"credential.attempted", "operation.begun"}
BY_SERVICE = {"command.refused", "approval.withdrawn", "approval.expired"}
"""What becomes of an answer that no person's name can stand under: it did not fit the form, or the request fell."""


@dataclass(frozen=True)
class SubmittedAnswer:
    """The subject, run and person of an answer, and the newest event before Prefect took it."""

    subject: str
    run_id: str
    person: str
    after: int

    def is_judged_by(self, event: LogEntry) -> bool:
        """Whether an event says what became of it, and not of what somebody else answered meanwhile."""
        if event.seq <= self.after or event.type in BESIDE:
            return False
        if event.subject != self.subject and event.run != self.run_id:
            return False
        return event.actor == self.person or (event.actor == SERVICE.id and event.type in BY_SERVICE)


def newest_event(registry: Registry) -> int:
    """The number of the newest event."""
    return registry.head().size - 1


def watch_for(
    registry: Registry, answer: SubmittedAnswer, stage: Callable[[], Stage], report_queued: Callable[[], None]
) -> LogEntry:
    """The event that judges an answer; `stage` returns where its run is.

    `report_queued` is called once when the run is queued for more than SLOW_SECONDS.

    Raises PrefectUnavailableError when the run ended or waits again without one, or takes too long.
    """
    begun = at_rest = time.monotonic()
    reported = False
    while (event := _judged(registry, answer)) is None:
        now, where = time.monotonic(), stage()
        if where in ("queued", "under way"):
            at_rest = now
        if now - begun > LONGEST_SECONDS or now - at_rest > GRACE_SECONDS:
            raise PrefectUnavailableError(
                f"the answer was submitted; after {now - begun:.0f} s nothing is recorded about it, its run is {where}",
                "look at the page of the run; if its process died, `modelward reconcile`, then start the flow again",
            )
        if where == "queued" and not reported and now - begun > SLOW_SECONDS:
            report_queued()
            reported = True
        time.sleep(PAUSE_SECONDS)
    return event


def _judged(registry: Registry, answer: SubmittedAnswer) -> LogEntry | None:
    found = events_from(registry, answer.after + 1)
    return next((one for one in found if answer.is_judged_by(one)), None)
