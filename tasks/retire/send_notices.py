"""Tell everybody a retirement affects, remind those who stay silent, and tell the model's owner when they still do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.records.model import Consumer, Model
from data.records.names import short
from data.records.retirement import Retirement, RetirementParty
from data.records.run_context import RunContext
from data.registry.commands.retirement import RecordNotices
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING, parties_of
from tasks.run.business_time import moment

REMIND_DAYS = 7
ESCALATE_FROM = 3
"""From the third notice on, the second reminder, the owner of the model is told too."""


def send_notices(key: str, run: RunContext) -> list[str]:
    """Leave the notices that are due in the outbox and record them; answers the systems told.

    A step that ran half-way is repeated without writing a notice twice. Raises PublishError.
    """
    registry, now = Registry.here(), moment(run.as_of)
    with registry.reading() as state:
        retirement = state.need(Retirement, key)
        model = state.need(Model, retirement.model)
        due = [one for one in parties_of(state, key) if is_due(one, now)]
        contacts = {one.system: one.contact for one in state.find(Consumer) if one.contact}
    if not due or retirement.state not in PLANNING:
        return []
    notices = [notice for one in due for notice in _notices(retirement, one, contacts.get(one.system, ""), model)]
    digest = Outbox(registry.home.outbox).send(notices, now)
    told = tuple(one.system for one in due)
    command = RecordNotices(key=key, systems=told, outbox_digest=digest)
    registry.execute(command, run)
    return list(told)


def is_due(party: RetirementParty, now: datetime) -> bool:
    """Whether a party is to be told: never told yet, or silent for a week since the last time."""
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
    known = "uses it" if party.declared else "was seen in its logs and is declared by nobody"
    successor = f"It is succeeded by {short(retirement.successor)}." if retirement.successor else "It has no successor."
    lines = [
        f"{name} is retired on {retirement.sunset_at:%Y-%m-%d} (UTC): {quoted(retirement.reason)}",
        f"{party.system} {known}{through}. {successor}",
        f"Its outputs that stay in force: {quoted(retirement.outputs_in_force)}" if retirement.outputs_in_force else "",
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
