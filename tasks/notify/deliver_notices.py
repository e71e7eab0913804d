"""Carry what lies in the outbox further, by the channels that the settings name; without any, nothing is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from math import inf

from data.notices.channels.channel import Channel
from data.notices.channels.configuration import channels_of, days_of
from data.notices.channels.delivery_pass import SECONDS, Delivery, PassSummary, attempt, delivery_pass, wall_clock
from data.notices.outbox import Notice, Outbox, QueuedNotice
from data.notices.quoted_text import named, quoted
from data.records.person import Person
from data.records.run_context import RunContext
from data.registry.command import Moment
from data.registry.registry import Registry
from data.registry.rules.proof import administrators
from data.settings import read_settings
from tasks.run.run_due_jobs import Due

OUTBOX = "outbox"
SECONDS_IN_A_FLOW = 10.0


def carry_notices(
    of: Collection[Notice] | None = None, *, at_once: bool = False, seconds: float = SECONDS
) -> PassSummary:
    """One delivery pass, of these notices or of all; administrators are told of what is given up.

    `at_once` carries everything that waits, however long that takes. Raises ConfigurationError, DeliveryError.
    """
    registry, settings, now = Registry.here(), read_settings(), wall_clock()
    with registry.reading() as state:
        mailboxes = {one.person: one.email for one in state.find(Person, state="active") if one.email}
        in_charge = administrators(state, Moment(now))
    channels = channels_of(settings, mailboxes)
    outbox = Outbox(registry.home.outbox)
    days, bound = days_of(settings), inf if at_once else seconds
    done = delivery_pass(outbox, channels, days, now, of=of, at_once=at_once, seconds=bound)
    outbox.send(given_up(done.deliveries, in_charge), now)
    return done


def configured() -> bool:
    """Whether anything carries notices further. Raises ConfigurationError for a setting that cannot be used."""
    return bool(channels_of(read_settings(), {}))


def try_carriers(person: str) -> dict[str, str]:
    """Send a person a notice of no importance by every channel; answers the fault of each, or nothing where it went.

    It lies in no outbox and is not tried again. Raises ConfigurationError.
    """
    registry, now = Registry.here(), wall_clock()
    with registry.reading() as state:
        mailboxes = {one.person: one.email for one in state.find(Person, state="active") if one.email}
    notice = Notice(
        kind="delivery", to=person, about="notices", title="a test", text=f"{person} tried whether notices arrive."
    )
    queued = QueuedNotice(f"test-{now:%Y%m%dT%H%M%S%f}", notice, now)
    return {one.name: _fault(one, queued) for one in channels_of(read_settings(), mailboxes)}


def _fault(channel: Channel, queued: QueuedNotice) -> str:
    if not channel.reaches(queued.notice):
        return f"it does not reach {queued.notice.to}: no mailbox is known"
    return attempt(channel, queued)


def given_up(done: Sequence[Delivery], in_charge: Sequence[str]) -> list[Notice]:
    """What the administrators read about deliveries that were given up; nobody is told about such a notice itself."""
    lost = [one for one in done if one.attempts.state == "given up" and one.queued.notice.kind != "delivery"]
    return [
        Notice(
            kind="delivery",
            to=person,
            about=one.queued.delivery,
            title=f"a notice to {named(one.queued.notice.to)} could not be delivered by {one.channel}",
            text=f"{quoted(one.queued.notice.title)}\n\nTried {one.attempts.attempts} times. It lies in the outbox.",
            aside=quoted(one.attempts.error),
        )
        for one in lost
        for person in in_charge
    ]


def carry_quietly(notices: Collection[Notice]) -> None:
    """Carry what a flow has just left, in seconds: what it asks is committed, and people wait for its form.

    Whatever goes wrong stops nothing; the next reconciliation tries again, and says what fails.
    """
    try:
        carry_notices(notices, seconds=SECONDS_IN_A_FLOW)
    except Exception:  # noqa: BLE001 – no fault of a notice ends a flow
        return


def carried_notices(run: RunContext) -> Iterator[Due]:
    """The round as one thing that is due."""
    yield OUTBOX, partial(_carried, run)


def _carried(run: RunContext) -> str:
    done = carry_notices()
    states = [one.attempts.state for one in done.deliveries]
    words = {"delivered": "delivered", "waiting": "to be tried again", "given up": "given up"}
    said = [f"{states.count(state)} {word}" for state, word in words.items() if state in states]
    if done.unreadable:
        said.append(f"{len(done.unreadable)} that cannot be read: {', '.join(done.unreadable)}")
    return f"notices: {', '.join(said)}" if said else ""
