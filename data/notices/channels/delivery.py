"""The account of deliveries: what was tried, when it is tried again, and when it is given up.

It stands beside the notices, one small file a notice, and is written after each attempt. A crash between the two sends
once more under the same delivery id: at least once, never lost.
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
    """How one notice fares with one carrier."""

    state: Literal["waiting", "delivered", "given up"] = "waiting"
    attempts: int = 0
    tried_at: Instant | None = None
    next_at: Instant | None = None
    error: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be tried now."""
        return self.state == "waiting" and (self.next_at is None or self.next_at <= now)

    def delivered(self, now: datetime) -> Attempts:
        """It was taken."""
        return Attempts(state="delivered", attempts=self.attempts + 1, tried_at=now)

    def failed(self, error: str, now: datetime, gives_up_at: datetime) -> Attempts:
        """It was not: tried again after a wait that grows from a minute to six hours, until it is given up."""
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
        """It was due and yet not tried: it is due in the next round again, until its days are over."""
        held: dict[str, object] = {"error": self.error or why[:LONGEST_ERROR]}
        return self.model_copy(update=held | ({"state": "given up", "next_at": None} if now >= gives_up_at else {}))


class DeliveryBook:
    """`<outbox>/delivery/<notice>.json`: for each carrier by name, how the notice fared."""

    def __init__(self, outbox: Path) -> None:
        self.root = outbox / "delivery"

    def open(self) -> None:
        """Make sure that accounts can be kept, before anything is sent. Raises DeliveryError."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=self.root).close()
        except OSError as error:
            raise DeliveryError(f"{self.root} cannot be written: {error}", "make it writable") from error

    def read(self, delivery: str) -> Mapping[str, Attempts]:
        """By carrier; nothing for one that was never tried. An account that cannot be read is begun anew."""
        try:
            written = json.loads(self._path(delivery).read_text("utf-8"))
            return {name: Attempts.model_validate(one) for name, one in written.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def write(self, delivery: str, account: Mapping[str, Attempts]) -> None:
        """Keep an account. Raises DeliveryError when the folder cannot be written."""
        told = {name: one.model_dump(mode="json") for name, one in account.items()}
        try:
            write_durably(self._path(delivery), (json.dumps(told, indent=1, sort_keys=True) + "\n").encode())
        except OSError as error:
            raise DeliveryError(f"{self.root} cannot be written: {error}", "make it writable") from error

    def _path(self, delivery: str) -> Path:
        return self.root / f"{delivery}.json"
