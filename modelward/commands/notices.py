"""List the notices to people with their deliveries, deliver queued notices, and test the delivery channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from data.files.home import Home
from data.notices.channels.delivery import Attempts, DeliveryRecords
from data.notices.outbox import Outbox, QueuedNotice
from data.queries.paging import PageRequest, page_of
from modelward.cli.caller import identify
from modelward.cli.options import By, Json
from modelward.cli.paging import PageNumber, remark_page
from modelward.cli.terminal import remark, say, show_json, show_table

app = typer.Typer(no_args_is_help=True, help="Notices to people: list them, send them, test the delivery channels.")
EXIT_FAILED = 3
NO_CHANNEL = "no delivery channel is set: docs/notices.md says how to set a webhook, mail or a chat channel"


@app.command("list")
def list_notices(
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="Only notices to this person.")] = "",
    last: Annotated[int, typer.Option("--last", min=1, help="The number of notices on a page.")] = 50,
    page: PageNumber = 1,
    as_json: Json = False,
) -> None:
    """List the notices in the outbox, latest last, each with the state of its deliveries.

    The first page has the latest notices; further pages have earlier ones.
    """
    outbox = Outbox(Home.here().outbox)
    records = DeliveryRecords(outbox.root)
    found = outbox.contents()
    fitting = [one for one in found.queued_notices if to in ("", one.notice.to)]
    shown = page_of(fitting[::-1], PageRequest(page, last))
    queued_notices = shown.rows[::-1]
    _remark_on(found.unreadable)
    if as_json:
        show_json([_as_json(one, records.read(one.delivery)) for one in queued_notices])
        return
    rows = [
        (
            f"{one.left_at:%Y-%m-%d %H:%M}",
            one.notice.to,
            one.notice.kind,
            _delivery_states(records.read(one.delivery)),
            _title(one),
        )
        for one in queued_notices
    ]
    show_table(("queued", "to", "about", "delivery", "title"), rows, "there is no notice", whole=4)
    remark_page(shown, "notices", "counted from the latest")
    remark(f"the notices are in {outbox.root}, as Markdown and JSON")


@app.command("send")
def send(as_json: Json = False) -> None:
    """Deliver all queued notices now. Exit code 3: a delivery failed."""
    from tasks.notify.deliver_notices import deliver_notices, has_channels  # noqa: PLC0415 – imports Prefect

    if not has_channels():
        say(NO_CHANNEL)
        return
    done = deliver_notices(at_once=True)
    _remark_on(done.unreadable)
    if as_json:
        show_json(
            [{"carrier": one.channel, **_as_json(one.queued, {one.channel: one.attempts})} for one in done.deliveries]
        )
    else:
        for delivery in done.deliveries:
            notice, attempts = delivery.queued.notice, delivery.attempts
            why = f": {attempts.error}" if attempts.error else ""
            say(f"{delivery.channel}: {notice.to}: {notice.title}: {attempts.state}{why}")
        if not done.deliveries:
            say("no notice is queued for delivery")
    raise typer.Exit(EXIT_FAILED if done.unreadable or any(one.attempts.error for one in done.deliveries) else 0)


@app.command("test")
def try_out(by: By = "", as_json: Json = False) -> None:
    """Send you a test notice through every delivery channel. Exit code 3: a channel failed."""
    from tasks.notify.deliver_notices import try_channels  # noqa: PLC0415 – imports Prefect

    person = identify(by).actor.id
    faults = try_channels(person)
    if as_json:
        show_json(faults)
    elif not faults:
        say(NO_CHANNEL)
    else:
        for name, error in faults.items():
            say(f"{name}: {error or 'delivered'}")
    raise typer.Exit(EXIT_FAILED if any(faults.values()) else 0)


def _remark_on(unreadable: Sequence[str]) -> None:
    for name in unreadable:
        remark(f"{name} cannot be read as a notice and is not delivered")


def _as_json(queued: QueuedNotice, by_channel: Mapping[str, Attempts]) -> dict[str, Any]:
    attempts = {name: one.model_dump(mode="json") for name, one in by_channel.items()}
    notice = queued.notice.model_dump(mode="json")
    return {"delivery": queued.delivery, "left_at": queued.left_at.isoformat(), **notice, "carried": attempts}


def _title(queued: QueuedNotice) -> str:
    number = queued.notice.number
    return f"{queued.notice.title} (reminder {number - 1})" if number > 1 else queued.notice.title


def _delivery_states(by_channel: Mapping[str, Attempts]) -> str:
    """Return each delivery channel with its state; `outbox only` where none was tried."""
    return "; ".join(f"{name}: {_state(one)}" for name, one in by_channel.items()) or "outbox only"


def _state(attempts: Attempts) -> str:
    again = f", next at {attempts.next_at:%H:%M}" if attempts.next_at is not None else ""
    return f"{attempts.state} (tried {attempts.attempts}×{again})" if attempts.state != "delivered" else attempts.state
