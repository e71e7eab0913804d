"""Deliver the notices of the outbox through the channels that the settings name; without a channel nothing is done."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from math import inf

from data.notices.channels.channel import Channel
from data.notices.channels.configuration import channels_of, days_of
from data.notices.channels.delivery_pass import SECONDS, Delivery, PassSummary, attempt, delivery_pass, wall_clock
from data.notices.outbox import Notice, Outbox, QueuedNotice
from data.notices.quoted_text import named, quoted
from data.queries.notice_recipients import notice_recipients
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.settings import read_settings
from tasks.run.run_due_jobs import Due

OUTBOX = "outbox"
SECONDS_IN_A_FLOW = 10.0
STATES = {"delivered": "delivered", "waiting": "to be tried again", "given up": "given up"}
log = logging.getLogger(__name__)


def deliver_notices(
    of: Collection[Notice] | None = None, *, at_once: bool = False, seconds: float = SECONDS
) -> PassSummary:
    """One delivery pass over these notices, or over all; the administrators are notified of what is given up.

    With `at_once` everything that waits is tried, however long that takes; else the pass ends after `seconds`. Raises
    ConfigurationError, DeliveryError.
    """
    registry, settings, now = Registry.here(), read_settings(), wall_clock()
    recipients = notice_recipients(registry, now)
    channels = channels_of(settings, recipients.mailboxes)
    outbox = Outbox(registry.home.outbox)
    days, bound = days_of(settings), inf if at_once else seconds
    summary = delivery_pass(outbox, channels, days, now, of=of, at_once=at_once, seconds=bound)
    outbox.send(notices_of_failures(summary.deliveries, recipients.administrators), now)
    return summary


def has_channels() -> bool:
    """Whether the settings name a channel. Raises ConfigurationError for a setting that cannot be used."""
    return bool(channels_of(read_settings(), {}))


def try_channels(person: str) -> dict[str, str]:
    """Send a person a test notice through every channel; the fault of each channel, empty where it was delivered.

    The notice is not written to the outbox and is not tried again. Raises ConfigurationError.
    """
    registry, now = Registry.here(), wall_clock()
    notice = Notice(
        kind="delivery", to=person, about="notices", title="a test", text=f"{person} tried whether notices arrive."
    )
    queued = QueuedNotice(f"test-{now:%Y%m%dT%H%M%S%f}", notice, now)
    channels = channels_of(read_settings(), notice_recipients(registry, now).mailboxes)
    return {one.name: _fault(one, queued) for one in channels}


def _fault(channel: Channel, queued: QueuedNotice) -> str:
    if not channel.reaches(queued.notice):
        return f"it does not reach {queued.notice.to}: no mailbox is known"
    return attempt(channel, queued)


def notices_of_failures(outcomes: Sequence[Delivery], administrators: Sequence[str]) -> list[Notice]:
    """What the administrators read about deliveries that were given up; a failure of such a notice makes no other."""
    lost = [one for one in outcomes if one.attempts.state == "given up" and one.queued.notice.kind != "delivery"]
    return [
        Notice(
            kind="delivery",
            to=person,
            about=one.queued.delivery,
            title=f"a notice to {named(one.queued.notice.to)} could not be delivered by {one.channel}",
            text=f"{quoted(one.queued.notice.title)}\n\nTried {one.attempts.attempts} times. It is in the outbox.",
            aside=quoted(one.attempts.error),
        )
        for one in lost
        for person in administrators
    ]


def deliver_quietly(notices: Collection[Notice]) -> None:
    """Deliver, within seconds, what a flow has just written: the registry has committed, and people wait for the form.

    An error stops nothing: the next reconciliation tries again and reports what fails.
    """
    try:
        deliver_notices(notices, seconds=SECONDS_IN_A_FLOW)
    except Exception as error:  # noqa: BLE001 – a fault of a notice must not end a flow
        log.warning("%d notices were not delivered: %s", len(notices), type(error).__name__)


def delivered_notices(context: RunContext) -> Iterator[Due]:
    """One delivery pass as a job."""
    yield OUTBOX, partial(_deliver, context)


def _deliver(context: RunContext) -> str:
    summary = deliver_notices()
    states = [one.attempts.state for one in summary.deliveries]
    counts = [f"{states.count(state)} {words}" for state, words in STATES.items() if state in states]
    if summary.unreadable:
        counts.append(f"{len(summary.unreadable)} that cannot be read: {', '.join(summary.unreadable)}")
    return f"notices: {', '.join(counts)}" if counts else ""
