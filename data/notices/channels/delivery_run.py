"""One delivery run: tries each due notice once on each channel, and writes the result to its delivery record.

Two processes never deliver the same notice at the same time, and a failing channel does not lose notices. A run is
limited in time: notices that it does not reach stay due for the next run, and those with the fewest attempts come
first. A channel that fails slowly is not tried again in the same run. Delivery of a notice older than the configured
days is not started.
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
from data.notices.channels.delivery import Attempts, DeliveryRecords
from data.notices.outbox import Notice, Outbox, QueuedNotice
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
SECONDS = 30.0
SLOW_SECONDS = 1.0
GRACE = timedelta(days=30)
"""Undelivered notices are read until this long after their days of delivery, so that they are recorded as given up."""
OVER = "not tried yet: the time limit of the delivery run was reached"


@dataclass(frozen=True)
class Delivery:
    """The result of one notice on one channel in this run."""

    queued: QueuedNotice
    channel: str
    attempts: Attempts


@dataclass(frozen=True)
class DeliverySummary:
    """The deliveries of a run, and the names of the files in the outbox that could not be read."""

    deliveries: tuple[Delivery, ...] = ()
    unreadable: tuple[str, ...] = ()


def deliver_due(
    outbox: Outbox,
    channels: Sequence[Channel],
    days: int,
    now: datetime,
    *,
    of: Collection[Notice] | None = None,
    at_once: bool = False,
    seconds: float = SECONDS,
) -> DeliverySummary:
    """Deliver the notices due at `now` (UTC), limited to those in `of` (None: no limit).

    `at_once` ignores the wait between attempts. No attempt starts after `seconds`. Raises DeliveryError when the
    delivery records cannot be written.
    """
    if not channels or not outbox.root.is_dir():
        return DeliverySummary()
    tried_for, records = timedelta(days=days), DeliveryRecords(outbox.root)
    records.open()
    found = outbox.contents(now - tried_for - GRACE, of)
    for name in found.unreadable:
        LOG.warning("notice file %s cannot be read and is not delivered", name)
    current = _DeliveryRun(
        outbox, records, {one.name: one for one in channels}, tried_for, now, at_once, time.monotonic() + seconds
    )
    deliveries = [done for one in current.in_turn(found.queued_notices) for done in current.deliver(one)]
    return DeliverySummary(tuple(deliveries), found.unreadable)


@dataclass
class _DeliveryRun:
    """State of one delivery run. `too_slow` maps each channel that is not tried again in this run to the reason."""

    outbox: Outbox
    records: DeliveryRecords
    channels: dict[str, Channel]
    days: timedelta
    now: datetime
    at_once: bool
    ends: float
    too_slow: dict[str, str] = field(default_factory=dict)

    def in_turn(self, queued_notices: Iterable[QueuedNotice]) -> list[QueuedNotice]:
        """Return the due notices, those with the fewest attempts first; with equal attempts the oldest first."""
        due = [(one, self.due(one)) for one in queued_notices]
        order = [(min(one.attempts for one in known.values()), queued) for queued, known in due if known]
        return [queued for _, queued in sorted(order, key=itemgetter(0))]

    def due(self, queued: QueuedNotice) -> dict[str, Attempts]:
        """Return the previous attempts for a notice, for each channel on which it is due now."""
        begins = queued.left_at > self.now - self.days
        known = (dict.fromkeys(self.channels, Attempts()) if begins else {}) | self._record(queued)
        return {name: one for name, one in known.items() if self._is_due(name, one, queued.notice)}

    def deliver(self, queued: QueuedNotice) -> Iterator[Delivery]:
        """Try a notice on each channel on which it is due, unless another process is delivering it now."""
        with _locked(self.outbox, queued) as mine:
            # Read what is due again under the lock: another process may have delivered it since.
            for name, known in self.due(queued).items() if mine else ():
                record, after = self._record(queued), self._after(self.channels[name], queued, known)
                if record.get(name) != after:
                    self.records.write(queued.delivery, {**record, name: after})
                _log(queued, name, known, after)
                yield Delivery(queued, name, after)

    def _record(self, queued: QueuedNotice) -> dict[str, Attempts]:
        """Return the delivery record by current channel names.

        An entry under a former name belongs to the first channel that once had this name, because no other channel can
        have been sent anything under it.
        """
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
        postponed = self.too_slow.get(channel.name, OVER if begun >= self.ends else "")
        if postponed:
            return known.postponed(postponed, self.now, gives_up_at)
        error = attempt(channel, queued)
        if error and time.monotonic() - begun >= SLOW_SECONDS:
            self.too_slow[channel.name] = f"not tried yet: {channel.name} failed slowly earlier in this run"
        return known.failed(error, self.now, gives_up_at) if error else known.delivered(self.now)


def attempt(channel: Channel, queued: QueuedNotice) -> str:
    """Deliver a notice on a channel; return the error message, or an empty text on success.

    A library may raise any exception, and its message may contain a key: then only the type of the error is returned.
    """
    try:
        channel.deliver(queued)
    except ModelwardError as error:
        return error.what
    except Exception as error:  # noqa: BLE001 – one channel's fault must not stop the notices after it
        return f"{channel.name} failed: {type(error).__name__}"
    return ""


def _log(queued: QueuedNotice, channel: str, before: Attempts, after: Attempts) -> None:
    # The address of a channel may contain a key: its name and the error contain none (see Channel).
    ids = (queued.delivery, queued.notice.about, channel)
    if after.state == "delivered":
        LOG.info("notice %s about %s was delivered by %s at attempt %d", *ids, after.attempts)
    elif after.state == "given up":
        given_up = "notice %s about %s was not delivered by %s and is not tried again after attempt %d: %s"
        LOG.error(given_up, *ids, after.attempts, after.error)
    elif after.attempts > before.attempts:
        LOG.warning("notice %s about %s was not delivered by %s at attempt %d: %s", *ids, after.attempts, after.error)
    else:
        LOG.info("delivery of notice %s about %s by %s is postponed: %s", *ids, after.error)


@contextmanager
def _locked(outbox: Outbox, queued: QueuedNotice) -> Iterator[bool]:
    """Yield True if only this process may deliver the notice now; False also when its file no longer exists."""
    try:
        lock = lock_existing(outbox.path(queued.delivery))
    except OSError:
        lock = None
    with lock or nullcontext():
        yield lock is not None


def current_time() -> datetime:
    """Return the current time in UTC, which dates deliveries even if the registry replays the past."""
    return datetime.now(UTC)
