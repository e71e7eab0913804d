"""Wait until the registry records the result of a submitted answer, as long as the run of the form continues."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from data.errors import PrefectUnavailableError
from data.queries.log_entries import LogEntry, events_from
from data.records.person import SERVICE
from data.registry.registry import Registry

RunStage = Literal["queued", "under way", "waiting", "ended"]
LONGEST_SECONDS = 180.0
GRACE_SECONDS = 5.0
SLOW_SECONDS = 15.0
PAUSE_SECONDS = 0.5
NO_RESULT = {"credential.attempted", "operation.begun"}
BY_SERVICE = {"command.refused", "approval.withdrawn", "approval.expired"}
"""Results that the service records: the answer did not fit the form, or the request was withdrawn or has expired."""


@dataclass(frozen=True)
class SubmittedAnswer:
    """A submitted answer: its subject, its run, its person, and the number of the latest event before it (`after`)."""

    subject: str
    run_id: str
    person: str
    after: int

    def is_judged_by(self, event: LogEntry) -> bool:
        """Return True if an event is the result of this answer, not of another person's answer."""
        if event.seq <= self.after or event.type in NO_RESULT:
            return False
        if event.subject != self.subject and event.run != self.run_id:
            return False
        return event.actor == self.person or (event.actor == SERVICE.id and event.type in BY_SERVICE)


def await_result(
    registry: Registry, answer: SubmittedAnswer, stage: Callable[[], RunStage], report_queued: Callable[[], None]
) -> LogEntry:
    """Return the event that records the result of an answer; `stage` returns the stage of its run.

    `report_queued` is called once if the run is queued for more than SLOW_SECONDS. Raises PrefectUnavailableError when
    the run ends or waits again without a result, or takes longer than LONGEST_SECONDS.
    """
    started = last_active = time.monotonic()
    reported = False
    while (event := _judged(registry, answer)) is None:
        now, where = time.monotonic(), stage()
        if where in ("queued", "under way"):
            last_active = now
        if now - started > LONGEST_SECONDS or now - last_active > GRACE_SECONDS:
            raise PrefectUnavailableError(
                f"the answer was submitted, but nothing was recorded within {now - started:.0f} s; its run is {where}",
                "open the run in the Prefect UI; if its process died, run `modelward reconcile`, then the flow again",
            )
        if where == "queued" and not reported and now - started > SLOW_SECONDS:
            report_queued()
            reported = True
        time.sleep(PAUSE_SECONDS)
    return event


def _judged(registry: Registry, answer: SubmittedAnswer) -> LogEntry | None:
    found = events_from(registry, answer.after + 1)
    return next((one for one in found if answer.is_judged_by(one)), None)
