"""Escalate the incidents of urgent actions that were not ratified in time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.due_work import LateIncident, unratified_incidents
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.commands.deployment import EscalateIncident
from data.registry.registry import Registry
from tasks.maintain.expire_approvals import execute
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due


def late_ratifications(context: RunContext) -> Iterator[Due]:
    """Yield incidents of rollbacks and suspensions that were not ratified in time."""
    for late in unratified_incidents(Registry.here(), moment(context.as_of)):
        yield late.incident.key, partial(_escalate, late, context)


def _escalate(late: LateIncident, context: RunContext) -> str:
    """Record the escalation, then notify the owner; in this order a repeated run writes no second notice."""
    incident, model = late.incident, late.model
    report = f"incident {incident.number} of {short(incident.model)} escalated: nobody ratified in time"
    execute(EscalateIncident(key=incident.key, reason="nobody ratified in time"), context, report)
    notice = Notice(
        kind="incident",
        to=model.owner,
        about=incident.key,
        title=f"{short(incident.model)}: nobody ratified in time",
        text=f"{quoted(incident.title)}\n\nResolve the incident with `modelward incidents resolve`.",
    )
    Outbox(Registry.here().home.outbox).write(notice, moment(context.as_of))
    return report
