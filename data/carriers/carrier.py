"""What every carrier is: it has a name, it says whether it reaches whom a notice is to, and it carries one notice."""

from __future__ import annotations

from typing import Protocol

from data.outbox import Notice, Parcel


class Carrier(Protocol):
    """One way out. `name` says which in messages and in the account of deliveries; no secret is in it."""

    @property
    def name(self) -> str:
        """What it is called, like `webhook hooks.example.org`."""

    def reaches(self, notice: Notice) -> bool:
        """Whether it can reach whom the notice is to."""

    def carry(self, parcel: Parcel) -> None:
        """Deliver it now, within seconds. Raises DeliveryError, in whose words there is no secret."""
