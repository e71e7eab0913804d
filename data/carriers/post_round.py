"""One round of the post: every notice that is due with a carrier is tried once, and the account says how it went.

Two rounds at a time never carry the same: the second one ends at once. A carrier that fails stops no other, and no
notice is lost by it. Notices that are older than the days for which they are tried are not begun.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.carriers.carrier import Carrier
from data.carriers.delivery import Attempts, DeliveryBook
from data.errors import DeliveryError, ModelwardError
from data.outbox import Outbox, Parcel


@dataclass(frozen=True)
class Outcome:
    """What became of one notice with one carrier in this round."""

    parcel: Parcel
    carrier: str
    attempts: Attempts


def carry_round(
    outbox: Outbox, carriers: Sequence[Carrier], days: int, now: datetime, *, at_once: bool = False
) -> list[Outcome]:
    """Carry what is due; `at_once` does not wait for its next time. Raises DeliveryError without an account."""
    if not carriers or not outbox.root.is_dir():
        return []
    book = DeliveryBook(outbox.root)
    with _alone(book) as mine:
        parcels = [one for one in outbox.parcels() if one.left_at > now - timedelta(days=days)] if mine else []
        return [done for one in parcels for done in _carry(book, one, carriers, days, now, at_once)]


def _carry(
    book: DeliveryBook, parcel: Parcel, carriers: Sequence[Carrier], days: int, now: datetime, at_once: bool
) -> Iterator[Outcome]:
    account = _account(book, parcel, carriers)
    for carrier in carriers:
        known = account.get(carrier.name, Attempts())
        due = known.is_due(now) or (at_once and known.state == "waiting")
        if not due or not carrier.reaches(parcel.notice):
            continue
        error = tried(carrier, parcel)
        gives_up_at = parcel.left_at + timedelta(days=days)
        account[carrier.name] = known.failed(error, now, gives_up_at) if error else known.delivered(now)
        book.write(parcel.delivery, account)
        yield Outcome(parcel, carrier.name, account[carrier.name])


def _account(book: DeliveryBook, parcel: Parcel, carriers: Sequence[Carrier]) -> dict[str, Attempts]:
    """What stands under a former name is the first carrier's that was called so: nobody else was sent anything."""
    account = dict(book.read(parcel.delivery))
    for one in carriers:
        if one.former_name in account:
            account.setdefault(one.name, account.pop(one.former_name))
    return account


def tried(carrier: Carrier, parcel: Parcel) -> str:
    """One attempt: its fault in words, or nothing when it was taken. A service's library may raise anything, and its
    words may hold a key: then the kind of error is all that is said.
    """
    try:
        carrier.carry(parcel)
    except ModelwardError as error:
        return error.what
    except Exception as error:  # noqa: BLE001 – the notices after it are carried all the same
        return f"{carrier.name} failed: {type(error).__name__}"
    return ""


@contextmanager
def _alone(book: DeliveryBook) -> Iterator[bool]:
    try:
        book.root.mkdir(parents=True, exist_ok=True)
        file = (book.root / ".lock").open("a")
    except OSError as error:
        raise DeliveryError(f"{book.root} cannot be written: {error}", "make it writable") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def wall_clock() -> datetime:
    """The time by which deliveries are dated, whatever time a registry replays."""
    return datetime.now(UTC)
