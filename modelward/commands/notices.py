"""Notices to people: list them with their deliveries, deliver what waits, and test the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from data.files.home import Home
from data.notices.channels.delivery import Attempts, DeliveryRecords
from data.notices.outbox import Outbox, QueuedNotice
from modelward.cli.caller import identify
from modelward.cli.options import By, Json
from modelward.cli.terminal import remark, say, show_json, show_table
from tasks.notify.deliver_notices import deliver_notices, has_channels, try_channels

app = typer.Typer(no_args_is_help=True, help="Notices to people: list them, send them, test the channels.")
COULD_NOT = 3


@app.command("list")
def list_notices(
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="To this person only.")] = "",
    last: Annotated[int, typer.Option("--last", min=1, help="So many of the newest.")] = 50,
    as_json: Json = False,
) -> None:
    """The notices in the outbox, the newest last, each with how far it was carried."""
    outbox = Outbox(Home.here().outbox)
    book = DeliveryRecords(outbox.root)
    found = outbox.contents()
    queued_notices = [one for one in found.queued_notices if to in ("", one.notice.to)][-last:]
    _remark_on(found.unreadable)
    if as_json:
        show_json([_as_json(one, book.read(one.delivery)) for one in queued_notices])
        return
    rows = [
        (
            f"{one.left_at:%Y-%m-%d %H:%M}",
            one.notice.to,
            one.notice.kind,
            _carried(book.read(one.delivery)),
            _title(one),
        )
        for one in queued_notices
    ]
    show_table(("left", "to", "about", "carried", "title"), rows, "no notice was written yet", whole=4)
    remark(f"they lie in {outbox.root}, as Markdown and JSON")


@app.command("send")
def send(as_json: Json = False) -> None:
    """Carry everything that waits, at once. Exit code 3 when something fails."""
    if not has_channels():
        say("nothing carries notices further: docs/notices.md says how to set a webhook, mail or a channel")
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
            say("nothing waits to be carried")
    raise typer.Exit(COULD_NOT if done.unreadable or any(one.attempts.error for one in done.deliveries) else 0)


@app.command("test")
def try_out(by: By = "", as_json: Json = False) -> None:
    """Send you a notice by every carrier that is configured, and say how each took it. Exit code 3 when one fails."""
    person = identify(by).actor.id
    taken = try_channels(person)
    if as_json:
        show_json(taken)
    elif not taken:
        say("nothing carries notices further: docs/notices.md says how to set a webhook, mail or a channel")
    else:
        for name, error in taken.items():
            say(f"{name}: {error or 'taken'}")
    raise typer.Exit(COULD_NOT if any(taken.values()) else 0)


def _remark_on(unreadable: Sequence[str]) -> None:
    for name in unreadable:
        remark(f"{name} cannot be read: it is no notice, and is carried nowhere")


def _as_json(queued: QueuedNotice, account: Any) -> dict[str, Any]:
    carried = {name: one.model_dump(mode="json") for name, one in account.items()}
    notice = queued.notice.model_dump(mode="json")
    return {"delivery": queued.delivery, "left_at": queued.left_at.isoformat(), **notice, "carried": carried}


def _title(queued: QueuedNotice) -> str:
    number = queued.notice.number
    return f"{queued.notice.title} (reminder {number - 1})" if number > 1 else queued.notice.title


def _carried(account: Any) -> str:
    """`file` for what lies in the outbox alone; else each carrier with how it went."""
    return "; ".join(f"{name}: {_state(one)}" for name, one in account.items()) or "file"


def _state(attempts: Attempts) -> str:
    again = f", again {attempts.next_at:%H:%M}" if attempts.next_at is not None else ""
    return f"{attempts.state} ({attempts.attempts}×{again})" if attempts.state != "delivered" else attempts.state
