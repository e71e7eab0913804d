"""One delivery pass: every notice that is due on a channel is tried once, and its delivery record says how that ended.

Two processes never deliver the same notice at once, and a channel that fails loses no notice. A pass is bounded in
time: what it does not reach is due in the next pass, the notices with the fewest attempts first. A channel that needed
long to fail is not tried again in the same pass. A notice older than the days of delivery is not begun.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from data.errors import ModelwardError
from data.files.file_lock import lock_existing
from data.notices.channels.channel import Channel
from data.notices.channels.delivery import Attempts, DeliveryRecords
from data.notices.outbox import Notice, Outbox, QueuedNotice

LOG = logging.getLogger(__name__)
SECONDS = 30.0
SLOW_SECONDS = 1.0
GRACE = timedelta(days=30)
"""A notice that still waits this long after its days of delivery is read, so that it is given up and not forgotten."""
OVER = "not tried yet: the delivery pass was over"


@dataclass(frozen=True)
class Delivery:
    """The result of one notice on one channel in this pass."""

    queued: QueuedNotice
    channel: str
    attempts: Attempts


@dataclass(frozen=True)
class PassSummary:
    """The deliveries of a pass, and the names of the files in the outbox that could not be read."""

    deliveries: tuple[Delivery, ...] = ()
    unreadable: tuple[str, ...] = ()


def delivery_pass(
    outbox: Outbox,
    channels: Sequence[Channel],
    days: int,
    now: datetime,
    *,
    of: Collection[Notice] | None = None,
    at_once: bool = False,
    seconds: float = SECONDS,
) -> PassSummary:
    """Deliver what is due at `now` (UTC), of these notices or of all; `at_once` ignores the wait between attempts.

    No attempt begins after `seconds`. Raises DeliveryError when the delivery records cannot be written.
    """
    if not channels or not outbox.root.is_dir():
        return PassSummary()
    tried_for, records = timedelta(days=days), DeliveryRecords(outbox.root)
    records.open()
    found = outbox.contents(now - tried_for - GRACE, of)
    for name in found.unreadable:
        LOG.warning("notice file %s cannot be read and is not delivered", name)
    current = _DeliveryPass(
        outbox, records, {one.name: one for one in channels}, tried_for, now, at_once, time.monotonic() + seconds
    )
    deliveries = [done for one in current.in_turn(found.queued_notices) for done in current.deliver(one)]
    return PassSummary(tuple(deliveries), found.unreadable)


@dataclass
class _DeliveryPass:
    """A pass in progress; `too_slow` are the channels that are not tried again, each with the reason."""

    outbox: Outbox
    records: DeliveryRecords
    channels: dict[str, Channel]
    days: timedelta
    now: datetime
    at_once: bool
    ends: float
    too_slow: dict[str, str] = field(default_factory=dict)

    def in_turn(self, queued_notices: Iterable[QueuedNotice]) -> list[QueuedNotice]:
        """The notices that are due: the fewest attempts first, among equals the oldest first."""
        due = [(one, self.due(one)) for one in queued_notices]
        order = [(min(one.attempts for one in known.values()), queued) for queued, known in due if known]
        return [queued for _, queued in sorted(order, key=itemgetter(0))]

    def due(self, queued: QueuedNotice) -> dict[str, Attempts]:
        """The attempts so far of one notice, by each channel on which it is due now."""
        begins = queued.left_at > self.now - self.days
        known = (dict.fromkeys(self.channels, Attempts()) if begins else {}) | self._record(queued)
        return {name: one for name, one in known.items() if self._is_due(name, one, queued.notice)}

    def deliver(self, queued: QueuedNotice) -> Iterator[Delivery]:
        """Try one notice on each channel on which it is due, unless another process delivers it at this moment."""
        with _locked(self.outbox, queued) as mine:
            # Read what is due again under the lock: another process may have delivered it since.
            for name, known in self.due(queued).items() if mine else ():
                record, after = self._record(queued), self._after(self.channels[name], queued, known)
                if record.get(name) != after:
                    self.records.write(queued.delivery, {**record, name: after})
                _log(queued, name, known, after)
                yield Delivery(queued, name, after)

    def _record(self, queued: QueuedNotice) -> dict[str, Attempts]:
        """The delivery record. An entry under a former name belongs to the first channel that once had this name,
        because no other channel can have been sent anything under it."""
        record = dict(self.records.read(queued.delivery))
        for channel in self.channels.values():
            if channel.former_name in record:
                record.setdefault(channel.name, record.pop(channel.former_name))
        return record

    def _is_due(self, name: str, known: Attempts, notice: Notice) -> bool:
        due = known.is_due(self.now) or (self.at_once and known.state == "waiting")
        return due and name in self.channels and self.channels[name].reaches(notice)

    def _after(self, channel: Channel, queued: QueuedNotice, known: Attempts) -> Attempts:
        begun, gives_up_at = time.monotonic(), queued.left_at + self.days
        held_up = self.too_slow.get(channel.name, OVER if begun >= self.ends else "")
        if held_up:
            return known.held_up(held_up, self.now, gives_up_at)
        error = attempt(channel, queued)
        if error and time.monotonic() - begun >= SLOW_SECONDS:
            self.too_slow[channel.name] = f"not tried yet: {channel.name} took long to fail just before"
        return known.failed(error, self.now, gives_up_at) if error else known.delivered(self.now)


def attempt(channel: Channel, queued: QueuedNotice) -> str:
    """One attempt: its error in words, or an empty text when the channel took the notice.

    A library may raise any exception, and its message may hold a key: then only the type of the error is named.
    """
    try:
        channel.deliver(queued)
    except ModelwardError as error:
        return error.what
    except Exception as error:  # noqa: BLE001 – one channel's fault must not stop the notices after it
        return f"{channel.name} failed: {type(error).__name__}"
    return ""


def _log(queued: QueuedNotice, channel: str, before: Attempts, after: Attempts) -> None:
    # The address of a channel may hold a key: its name and the error hold none (see Channel).
    ids = (queued.delivery, queued.notice.about, channel)
    if after.state == "delivered":
        LOG.info("notice %s about %s delivered by %s, attempt %d", *ids, after.attempts)
    elif after.state == "given up":
        LOG.error("notice %s about %s given up on %s after %d attempts: %s", *ids, after.attempts, after.error)
    elif after.attempts > before.attempts:
        LOG.warning("notice %s about %s failed on %s, attempt %d: %s", *ids, after.attempts, after.error)
    else:
        LOG.info("notice %s about %s held up on %s: %s", *ids, after.error)


@contextmanager
def _locked(outbox: Outbox, queued: QueuedNotice) -> Iterator[bool]:
    """Whether this process alone delivers the notice now; false also when its file is gone."""
    try:
        lock = lock_existing(outbox.path(queued.delivery))
    except OSError:
        lock = None
    with lock or nullcontext():
        yield lock is not None


def wall_clock() -> datetime:
    """The time, in UTC, by which deliveries are dated, whatever time a registry replays."""
    return datetime.now(UTC)
