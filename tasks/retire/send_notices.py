"""Notify the consumers that a retirement affects, remind those without an answer, then notify the model's owner too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.retirements import retirement_snapshot
from data.records.model import Model
from data.records.names import short
from data.records.retirement import Retirement, RetirementParty
from data.records.run_context import RunContext
from data.registry.commands.retirement import RecordNotices
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING
from data.text.counted import counted
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, repeated, step

REMIND_DAYS = 7
ESCALATE_FROM = 3
"""Number of the notice from which the model's owner is notified too: the second reminder."""


@step("send notices")
def send_notices(key: str, context: RunContext) -> list[str]:
    """Write the due notices to the outbox and record them; return the notified systems.

    After an interruption the step can be repeated without a second notice. Raises PublishError.
    """
    registry, now = Registry.here(), moment(context.as_of)
    found = retirement_snapshot(registry, key)
    due = [one for one in found.parties if is_due(one, now)] if found.retirement.state in PLANNING else []
    if not due:
        name_step(f"send notices{repeated()}: none is due", retirement=key)
        return []
    contacts = {one.system: one.contact for one in found.consumers if one.contact}
    notices = [
        notice for one in due for notice in _notices(found.retirement, one, contacts.get(one.system, ""), found.model)
    ]
    digest = Outbox(registry.home.outbox).write_all(notices, now)
    systems = tuple(one.system for one in due)
    registry.execute(RecordNotices(key=key, systems=systems, outbox_digest=digest), context)
    name_step(f"send notices to {counted(len(systems), 'consumer')}{repeated()}", retirement=key)
    return list(systems)


def is_due(party: RetirementParty, now: datetime) -> bool:
    """Return True if no notice was sent yet, or no answer came within a week for each notice sent."""
    if party.notices == 0 or party.noticed_at is None:
        return True
    return party.answer == "none" and now >= party.noticed_at + party.notices * timedelta(days=REMIND_DAYS)


def _notices(retirement: Retirement, party: RetirementParty, contact: str, model: Model) -> Sequence[Notice]:
    number = party.notices + 1
    to = [contact or party.owner or model.owner]
    if number >= ESCALATE_FROM and model.owner not in to:
        to.append(model.owner)
    return [_notice(retirement, party, one, number) for one in to]


def _notice(retirement: Retirement, party: RetirementParty, to: str, number: int) -> Notice:
    name = short(retirement.subject)
    through = f" through {', '.join(short(one) for one in party.through)}" if party.through else ""
    known = "uses it" if party.declared else "was seen in its logs and is not declared"
    successor = f"Its successor is {short(retirement.successor)}." if retirement.successor else "It has no successor."
    lines = [
        f"{name} is retired on {retirement.sunset_at:%Y-%m-%d} (UTC): {quoted(retirement.reason)}",
        f"{party.system} {known}{through}. {successor}",
        f"Its outputs that remain in force: {quoted(retirement.outputs_in_force)}"
        if retirement.outputs_in_force
        else "",
        (
            f"Answer with `modelward consumers ack {name.replace(' v', '/')} {party.system}` (`--object` to object), "
            "and agree on what you move to and by when."
        ),
    ]
    return Notice(
        kind="retirement",
        to=to,
        about=retirement.key,
        title=f"{name} is retired on {retirement.sunset_at:%Y-%m-%d}: {party.system}",
        text="\n\n".join(line for line in lines if line),
        number=number,
        answer_by=retirement.sunset_at,
    )
