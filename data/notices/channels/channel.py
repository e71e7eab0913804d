"""What every carrier is: it has a name, it says whether it reaches whom a notice is to, and it carries one notice."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Protocol

from data.notices.outbox import Notice, QueuedNotice

ROUNDS = 100_000


class Channel(Protocol):
    """One way out. `name` says which in messages and in the account of deliveries; no secret is in it.

    It is its own, and the same wherever it stands in the settings: of two on one host, each has its account.
    """

    @property
    def name(self) -> str:
        """What it is called, like `webhook hooks.example.org 1f8a04c2`."""

    @property
    def former_name(self) -> str:
        """What an older account calls it, when that is another name."""

    def reaches(self, notice: Notice) -> bool:
        """Whether it can reach whom the notice is to."""

    def carry(self, parcel: QueuedNotice) -> None:
        """Deliver it now, within seconds. Raises DeliveryError, in whose words there is no secret."""


@cache
def mark_of(address: str) -> str:
    """Eight digits that tell an address from others and nothing of it: slow to make, so that guesses are slow too."""
    return hashlib.pbkdf2_hmac("sha256", address.encode(), b"modelward carrier", ROUNDS).hex()[:8]
