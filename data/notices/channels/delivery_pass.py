"""One round of the post: every notice that is due with a carrier is tried once, and the account says how it went.

No notice is carried by two at a time, and none is lost by a carrier that fails. A round is bounded in time: what it
does not come to is due in the next one, those that were tried least first, and a carrier that took long to fail is not
asked again. Notices that are older than the days for which they are tried are not begun.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from data.errors import ModelwardError
from data.files.file_lock import lock_existing
from data.notices.channels.channel import Channel
from data.notices.channels.delivery import Attempts, DeliveryBook
from data.notices.outbox import Notice, Outbox, QueuedNotice

SECONDS = 30.0
SLOW_SECONDS = 1.0
GRACE = timedelta(days=30)
"""For so long after its days a notice that waits is looked for, so that it is given up and not forgotten."""
OVER = "not tried yet: the round was over"


@dataclass(frozen=True)
class Delivery:
    """What became of one notice with one carrier in this round."""

    parcel: QueuedNotice
    carrier: str
    attempts: Attempts


@dataclass(frozen=True)
class PassSummary:
    """What a round did, and the names of the files in the outbox that it could not read."""

    outcomes: tuple[Delivery, ...] = ()
    unreadable: tuple[str, ...] = ()


def delivery_pass(
    outbox: Outbox,
    carriers: Sequence[Channel],
    days: int,
    now: datetime,
    *,
    of: Collection[Notice] | None = None,
    at_once: bool = False,
    seconds: float = SECONDS,
) -> PassSummary:
    """Carry what is due, of these notices or of all; `at_once` does not wait for its next time.

    After `seconds` nothing more is begun. Raises DeliveryError without an account.
    """
    if not carriers or not outbox.root.is_dir():
        return PassSummary()
    tried_for, book = timedelta(days=days), DeliveryBook(outbox.root)
    book.open()
    found = outbox.contents(now - tried_for - GRACE, of)
    tour = _DeliveryPass(
        outbox, book, {one.name: one for one in carriers}, tried_for, now, at_once, time.monotonic() + seconds
    )
    outcomes = [done for one in tour.in_turn(found.parcels) for done in tour.carry(one)]
    return PassSummary(tuple(outcomes), found.unreadable)


@dataclass
class _DeliveryPass:
    """A round under way; `too_slow` are the carriers that are not asked again, with the reason."""

    outbox: Outbox
    book: DeliveryBook
    carriers: dict[str, Channel]
    days: timedelta
    now: datetime
    at_once: bool
    ends: float
    too_slow: dict[str, str] = field(default_factory=dict)

    def in_turn(self, parcels: Iterable[QueuedNotice]) -> list[QueuedNotice]:
        """Those that are due, what was tried least first, the oldest first among equals."""
        due = [(one, self.due(one)) for one in parcels]
        tried = [(min(one.attempts for one in known.values()), parcel) for parcel, known in due if known]
        return [parcel for _, parcel in sorted(tried, key=itemgetter(0))]

    def due(self, parcel: QueuedNotice) -> dict[str, Attempts]:
        """How one notice has fared with each carrier with which it is due now."""
        begins = parcel.left_at > self.now - self.days
        known = (dict.fromkeys(self.carriers, Attempts()) if begins else {}) | self._account(parcel)
        return {name: one for name, one in known.items() if self._is_due(name, one, parcel.notice)}

    def carry(self, parcel: QueuedNotice) -> Iterator[Delivery]:
        """Try one notice with each carrier with which it is due, unless somebody else does at this moment."""
        with _alone(self.outbox, parcel) as mine:
            for name, known in self.due(parcel).items() if mine else ():
                account, after = self._account(parcel), self._after(self.carriers[name], parcel, known)
                if account.get(name) != after:
                    self.book.write(parcel.delivery, {**account, name: after})
                yield Delivery(parcel, name, after)

    def _account(self, parcel: QueuedNotice) -> dict[str, Attempts]:
        """What stands under a former name is the first carrier's that was called so: nobody else was sent anything."""
        account = dict(self.book.read(parcel.delivery))
        for one in self.carriers.values():
            if one.former_name in account:
                account.setdefault(one.name, account.pop(one.former_name))
        return account

    def _is_due(self, name: str, known: Attempts, notice: Notice) -> bool:
        due = known.is_due(self.now) or (self.at_once and known.state == "waiting")
        return due and name in self.carriers and self.carriers[name].reaches(notice)

    def _after(self, carrier: Channel, parcel: QueuedNotice, known: Attempts) -> Attempts:
        begun, gives_up_at = time.monotonic(), parcel.left_at + self.days
        held_up = self.too_slow.get(carrier.name, OVER if begun >= self.ends else "")
        if held_up:
            return known.held_up(held_up, self.now, gives_up_at)
        error = tried(carrier, parcel)
        if error and time.monotonic() - begun >= SLOW_SECONDS:
            self.too_slow[carrier.name] = f"not tried yet: {carrier.name} took long to fail just before"
        return known.failed(error, self.now, gives_up_at) if error else known.delivered(self.now)


def tried(carrier: Channel, parcel: QueuedNotice) -> str:
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
def _alone(outbox: Outbox, parcel: QueuedNotice) -> Iterator[bool]:
    """Whether nobody else carries it at this moment; false as well when it is gone."""
    try:
        lock = lock_existing(outbox.path(parcel.delivery))
    except OSError:
        lock = None
    with lock or nullcontext():
        yield lock is not None


def wall_clock() -> datetime:
    """The time by which deliveries are dated, whatever time a registry replays."""
    return datetime.now(UTC)
