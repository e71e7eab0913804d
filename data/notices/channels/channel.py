"""The interface of a channel: its name, whether it reaches the receiver of a notice, and the delivery of one notice."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Protocol

from data.notices.outbox import Notice, QueuedNotice

ROUNDS = 100_000


class Channel(Protocol):
    """A way to send notices. `name` stands in messages and in delivery records and holds no secret.

    Each channel has its own name, whatever its place in the settings: two channels of one host have two records.
    """

    @property
    def name(self) -> str:
        """Its name, like `webhook hooks.example.org 1f8a04c2`."""

    @property
    def former_name(self) -> str:
        """Its name in older delivery records; the same name when it did not change."""

    def reaches(self, notice: Notice) -> bool:
        """Whether it can reach the receiver of the notice."""

    def deliver(self, queued: QueuedNotice) -> None:
        """Deliver the notice now, within seconds. Raises DeliveryError, whose message holds no secret."""


@cache
def mark_of(address: str) -> str:
    """Eight hex digits that identify an address and reveal nothing of it; slow to compute, so guessing is slow too."""
    # The salt is stored in the names of delivery records: another word would give every channel a new name.
    return hashlib.pbkdf2_hmac("sha256", address.encode(), b"modelward carrier", ROUNDS).hex()[:8]
