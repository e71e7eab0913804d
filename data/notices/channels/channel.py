"""The interface of a delivery channel."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Protocol

from data.notices.outbox import Notice, QueuedNotice

ROUNDS = 100_000


class Channel(Protocol):
    """A delivery channel. `name` is used in messages and delivery records and contains no secret.

    Each channel has its own name, which does not depend on its position in the settings: two channels of one host have
    separate delivery records.
    """

    @property
    def name(self) -> str:
        """The name of the channel, such as `webhook hooks.example.org 1f8a04c2`."""

    @property
    def former_name(self) -> str:
        """The name of the channel in older delivery records; the same as `name` if it never changed."""

    def reaches(self, notice: Notice) -> bool:
        """Return True if the channel can reach the receiver of the notice."""

    def deliver(self, queued: QueuedNotice) -> None:
        """Deliver the notice within seconds. Raises DeliveryError, whose message contains no secret."""


@cache
def mark_of(address: str) -> str:
    """Return eight hex digits that identify an address without revealing it; slow to compute, to prevent guessing."""
    # The salt is stored in the names of delivery records: another word would give every channel a new name.
    return hashlib.pbkdf2_hmac("sha256", address.encode(), b"modelward carrier", ROUNDS).hex()[:8]
