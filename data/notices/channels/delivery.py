"""Delivery records: what was tried on which channel, when it is tried again, and when it is given up.

Each notice has one small file beside the outbox, written after each attempt. After a crash between an attempt and its
record, the notice is sent again under the same delivery id: at least once, never lost.
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
        """Whether an attempt is due at `now`."""
        return self.state == "waiting" and (self.next_at is None or self.next_at <= now)

    def delivered(self, now: datetime) -> Attempts:
        """The attempts after the channel took the notice."""
        return Attempts(state="delivered", attempts=self.attempts + 1, tried_at=now)

    def failed(self, error: str, now: datetime, gives_up_at: datetime) -> Attempts:
        """The attempts after an error: the next one is due in one minute to six hours, until it is given up."""
        wait = WAITS[min(self.attempts, len(WAITS) - 1)]
        over = now + wait >= gives_up_at
        return Attempts(
            state="given up" if over else "waiting",
            attempts=self.attempts + 1,
            tried_at=now,
            next_at=None if over else now + wait,
            error=error[:LONGEST_ERROR],
        )

    def held_up(self, why: str, now: datetime, gives_up_at: datetime) -> Attempts:
        """The attempts when it was due and yet not tried: it is due again in the next pass, until its days are over."""
        held: dict[str, object] = {"error": self.error or why[:LONGEST_ERROR]}
        return self.model_copy(update=held | ({"state": "given up", "next_at": None} if now >= gives_up_at else {}))


class DeliveryRecords:
    """`<outbox>/delivery/<notice>.json`: the attempts of one notice, by the name of the channel."""

    def __init__(self, outbox: Path) -> None:
        self.root = outbox / "delivery"

    def open(self) -> None:
        """Check, before anything is sent, that records can be written. Raises DeliveryError."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=self.root).close()
        except OSError as error:
            raise DeliveryError(f"{self.root} cannot be written: {error}", "make it writable") from error

    def read(self, delivery: str) -> Mapping[str, Attempts]:
        """The record of a notice; empty when it was never tried, or when its file cannot be read."""
        try:
            written = json.loads(self._path(delivery).read_text("utf-8"))
            return {name: Attempts.model_validate(one) for name, one in written.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def write(self, delivery: str, record: Mapping[str, Attempts]) -> None:
        """Write the record of a notice. Raises DeliveryError when the folder cannot be written."""
        values = {name: one.model_dump(mode="json") for name, one in record.items()}
        try:
            write_durably(self._path(delivery), (json.dumps(values, indent=1, sort_keys=True) + "\n").encode())
        except OSError as error:
            raise DeliveryError(f"{self.root} cannot be written: {error}", "make it writable") from error

    def _path(self, delivery: str) -> Path:
        return self.root / f"{delivery}.json"
