"""Carry what lies in the outbox further, by the carriers that the settings name; without any, nothing is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from data.carriers.carrier import Carrier
from data.carriers.configuration import carriers_of, days_of
from data.carriers.post_round import Outcome, carry_round, tried, wall_clock
from data.command import Moment
from data.errors import ModelwardError
from data.outbox import Notice, Outbox, Parcel
from data.records.person import Person
from data.registry import Registry
from data.rulings.proof import administrators
from data.settings import read_settings
from tasks.carry_out_operation import Run
from tasks.settle_due import Due

OUTBOX = "outbox"


def carry_notices(*, at_once: bool = False) -> list[Outcome]:
    """One round of the post; administrators are told of what is given up. Raises ConfigurationError, DeliveryError."""
    registry, settings, now = Registry.here(), read_settings(), wall_clock()
    with registry.reading() as state:
        mailboxes = {one.person: one.email for one in state.find(Person, state="active") if one.email}
        in_charge = administrators(state, Moment(now))
    carriers = carriers_of(settings, mailboxes)
    outbox = Outbox(registry.home.outbox)
    done = carry_round(outbox, carriers, days_of(settings), now, at_once=at_once)
    outbox.send(given_up(done, in_charge), now)
    return done


def configured() -> bool:
    """Whether anything carries notices further. Raises ConfigurationError for a setting that cannot be used."""
    return bool(carriers_of(read_settings(), {}))


def try_carriers(person: str) -> dict[str, str]:
    """Send a person a notice of no importance by every carrier; answers the fault of each, or nothing where it went.

    It lies in no outbox and is not tried again. Raises ConfigurationError.
    """
    registry, now = Registry.here(), wall_clock()
    with registry.reading() as state:
        mailboxes = {one.person: one.email for one in state.find(Person, state="active") if one.email}
    notice = Notice(
        kind="delivery", to=person, about="notices", title="a test", text=f"{person} tried whether notices arrive."
    )
    parcel = Parcel(f"test-{now:%Y%m%dT%H%M%S%f}", notice, now)
    return {one.name: _fault(one, parcel) for one in carriers_of(read_settings(), mailboxes)}


def _fault(carrier: Carrier, parcel: Parcel) -> str:
    if not carrier.reaches(parcel.notice):
        return f"it does not reach {parcel.notice.to}: no mailbox is known"
    return tried(carrier, parcel)


def given_up(done: Sequence[Outcome], in_charge: Sequence[str]) -> list[Notice]:
    """What the administrators read about deliveries that were given up; nobody is told about such a notice itself."""
    lost = [one for one in done if one.attempts.state == "given up" and one.parcel.notice.kind != "delivery"]
    return [
        Notice(
            kind="delivery",
            to=person,
            about=one.parcel.delivery,
            title=f"a notice to {one.parcel.notice.to[:128]} could not be delivered by {one.carrier}",
            text=f"{one.parcel.notice.title}\n\nTried {one.attempts.attempts} times. It lies in the outbox.",
            aside=one.attempts.error,
        )
        for one in lost
        for person in in_charge
    ]


def carry_quietly() -> None:
    """A round after a flow left notices: whatever goes wrong stops nothing, the next reconciliation tries again."""
    try:
        carry_notices()
    except (ModelwardError, OSError):
        return


def carried_notices(run: Run) -> Iterator[Due]:
    """The round as one thing that is due."""
    yield OUTBOX, partial(_carried, run)


def _carried(run: Run) -> str:
    done = carry_notices()
    counts = [sum(one.attempts.state == state for one in done) for state in ("delivered", "waiting", "given up")]
    words = ("delivered", "to be tried again", "given up")
    said = [f"{count} {word}" for count, word in zip(counts, words, strict=True) if count]
    return f"notices: {', '.join(said)}" if said else ""
