"""Deliver the notices of the outbox through the configured channels; nothing is done without a channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from math import inf

from data.notices.channels.channel import Channel
from data.notices.channels.configuration import channels_of, days_of
from data.notices.channels.delivery_run import SECONDS, Delivery, DeliverySummary, attempt, current_time, deliver_due
from data.notices.outbox import Notice, Outbox, QueuedNotice
from data.notices.quoted_text import name_or_quotation, quoted
from data.queries.notice_recipients import notice_recipients
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.settings import read_settings
from data.text.counted import counted
from tasks.run.run_due_jobs import Due
from tasks.run.take_steps import warn_step

OUTBOX = "outbox"
SECONDS_IN_A_FLOW = 10.0
STATES = {"delivered": "delivered", "waiting": "queued to be tried again", "given up": "given up"}


def deliver_notices(
    of: Collection[Notice] | None = None, *, at_once: bool = False, seconds: float = SECONDS
) -> DeliverySummary:
    """Run one delivery of these notices, or of all, and notify the administrators of notices that are given up.

    With `at_once` every waiting notice is tried, without a time limit; otherwise the delivery stops after `seconds`.
    Raises ConfigurationError, DeliveryError.
    """
    registry, settings, now = Registry.here(), read_settings(), current_time()
    recipients = notice_recipients(registry, now)
    channels = channels_of(settings, recipients.mailboxes)
    outbox = Outbox(registry.home.outbox)
    days, bound = days_of(settings), inf if at_once else seconds
    summary = deliver_due(outbox, channels, days, now, of=of, at_once=at_once, seconds=bound)
    outbox.write_all(notices_of_failures(summary.deliveries, recipients.administrators), now)
    return summary


def has_channels() -> bool:
    """Return True if a channel is configured. Raises ConfigurationError for an invalid setting."""
    return bool(channels_of(read_settings(), {}))


def try_channels(person: str) -> dict[str, str]:
    """Send a test notice to a person through every channel; return the fault of each, empty if it was delivered.

    The notice is not written to the outbox and is not tried again. Raises ConfigurationError.
    """
    registry, now = Registry.here(), current_time()
    notice = Notice(
        kind="delivery",
        to=person,
        about="notices",
        title="a test",
        text=f"A test of the delivery channels for {person}.",
    )
    queued = QueuedNotice(f"test-{now:%Y%m%dT%H%M%S%f}", notice, now)
    channels = channels_of(read_settings(), notice_recipients(registry, now).mailboxes)
    return {one.name: _fault(one, queued) for one in channels}


def _fault(channel: Channel, queued: QueuedNotice) -> str:
    if not channel.reaches(queued.notice):
        return f"it does not reach {queued.notice.to}: no mail address is known"
    return attempt(channel, queued)


def notices_of_failures(outcomes: Sequence[Delivery], administrators: Sequence[str]) -> list[Notice]:
    """Return notices for the administrators about deliveries that were given up.

    A failed notice about a failed delivery makes no further notice.
    """
    lost = [one for one in outcomes if one.attempts.state == "given up" and one.queued.notice.kind != "delivery"]
    return [
        Notice(
            kind="delivery",
            to=person,
            about=one.queued.delivery,
            title=f"a notice to {name_or_quotation(one.queued.notice.to)} could not be delivered by {one.channel}",
            text=f"{quoted(one.queued.notice.title)}\n\nAttempts: {one.attempts.attempts}. It remains in the outbox.",
            aside=quoted(one.attempts.error),
        )
        for one in lost
        for person in administrators
    ]


def deliver_or_log(notices: Collection[Notice]) -> None:
    """Deliver the notices that a flow has just written, within seconds, because people wait for the form.

    An error is only logged; the next reconciliation tries again and reports failures.
    """
    try:
        deliver_notices(notices, seconds=SECONDS_IN_A_FLOW)
    except Exception as error:  # noqa: BLE001 – a fault of a notice must not end a flow
        warn_step(f"{counted(len(notices), 'notice')} not delivered: {type(error).__name__}")


def delivered_notices(context: RunContext) -> Iterator[Due]:
    """Yield one delivery of the whole outbox as a job."""
    yield OUTBOX, partial(_deliver, context)


def _deliver(context: RunContext) -> str:
    summary = deliver_notices()
    states = [one.attempts.state for one in summary.deliveries]
    counts = [f"{states.count(state)} {words}" for state, words in STATES.items() if state in states]
    if summary.unreadable:
        counts.append(f"{len(summary.unreadable)} unreadable: {', '.join(summary.unreadable)}")
    return f"notices: {', '.join(counts)}" if counts else ""
