"""Delivery records: which attempts were made on each channel, when the next one is due, and when delivery is given up.

Each notice has one small file beside the outbox, written after each attempt. After a crash between an attempt and its
record, the notice is sent again under the same delivery id: every notice is delivered at least once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

from data.errors import DeliveryError
from data.files.durable_file import write_durably
from data.files.file_fault import file_faults
from data.notices.outbox import Outbox
from data.records.instant import Instant
from data.records.row import Frozen

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
LONGEST_ERROR = 500


class Attempts(Frozen):
    """The attempts to deliver one notice on one channel. Times are in UTC."""

    state: Literal["waiting", "delivered", "given up"] = "waiting"
    attempts: int = 0
    tried_at: Instant | None = None
    next_at: Instant | None = None
    error: str = ""

    def is_due(self, now: datetime) -> bool:
        """Return True if an attempt is due at `now`."""
        return self.state == "waiting" and (self.next_at is None or self.next_at <= now)

    def delivered(self, now: datetime) -> Attempts:
        """Return the state after a successful attempt."""
        return Attempts(state="delivered", attempts=self.attempts + 1, tried_at=now)

    def failed(self, error: str, now: datetime, gives_up_at: datetime) -> Attempts:
        """Return the state after a failed attempt: the next is due after 1 minute to 6 hours, before `gives_up_at`.

        If the next attempt would be at `gives_up_at` or later, delivery is given up.
        """
        wait = WAITS[min(self.attempts, len(WAITS) - 1)]
        over = now + wait >= gives_up_at
        return Attempts(
            state="given up" if over else "waiting",
            attempts=self.attempts + 1,
            tried_at=now,
            next_at=None if over else now + wait,
            error=error[:LONGEST_ERROR],
        )

    def postponed(self, why: str, now: datetime, gives_up_at: datetime) -> Attempts:
        """Return the state when an attempt was due but not made: it stays due, unless `gives_up_at` has passed."""
        kept: dict[str, object] = {"error": self.error or why[:LONGEST_ERROR]}
        return self.model_copy(update=kept | ({"state": "given up", "next_at": None} if now >= gives_up_at else {}))


class DeliveryRecords:
    """The files `<outbox>/delivery/<notice>.json`: the attempts for one notice, by the name of the channel."""

    def __init__(self, outbox: Path) -> None:
        self.root = outbox / "delivery"

    def open(self) -> None:
        """Check that records can be written, before anything is sent. Raises DeliveryError."""
        with file_faults(self.root, kind=DeliveryError):
            self.root.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=self.root).close()

    def read(self, delivery: str) -> Mapping[str, Attempts]:
        """Return the attempts for a notice by channel; empty without an attempt, or if the file cannot be read."""
        try:
            written = json.loads(self._path(delivery).read_text("utf-8"))
            return {name: Attempts.model_validate(one) for name, one in written.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def write(self, delivery: str, record: Mapping[str, Attempts]) -> None:
        """Write the record of a notice. Raises DeliveryError when the folder cannot be written."""
        values = {name: one.model_dump(mode="json") for name, one in record.items()}
        with file_faults(self._path(delivery), kind=DeliveryError):
            write_durably(self._path(delivery), (json.dumps(values, indent=1, sort_keys=True) + "\n").encode())

    def _path(self, delivery: str) -> Path:
        return self.root / f"{delivery}.json"


def count_given_up(outbox: Outbox) -> int:
    """Return the number of deliveries of the notices in an outbox that were given up."""
    records = DeliveryRecords(outbox.root)
    attempts = [records.read(one.delivery) for one in outbox.queued_notices()]
    return sum(one.state == "given up" for by_channel in attempts for one in by_channel.values())
