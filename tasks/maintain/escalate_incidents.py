"""Escalate what was done in haste and nobody stood behind in time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.records.deployment import Deployment
from data.records.model import Model
from data.records.monitoring import Incident
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.commands.deployment import EscalateIncident
from data.registry.registry import Registry
from tasks.maintain.expire_approvals import execute
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due

OVER = ("escalated", "resolved")


def unratified_incidents(run: RunContext) -> Iterator[Due]:
    """Incidents of rollbacks and suspensions whose time for ratification is over."""
    now = moment(run.as_of)
    with Registry.here().reading() as state:
        late = [one for one in state.find(Deployment) if one.ratified_by is None and one.ratify_by is not None]
        keys = {one.key for one in late if one.ratify_by is not None and one.ratify_by <= now}
        incidents = [one for one in state.find(Incident) if one.deployment in keys and one.state not in OVER]
    for one in incidents:
        yield one.key, partial(_escalate, one, run)


def _escalate(incident: Incident, run: RunContext) -> str:
    """The registry first, then the word to the owner: a second run says it again without a second notice."""
    said = f"incident {incident.number} of {short(incident.model)} escalated: nobody ratified in time"
    registry = Registry.here()
    execute(EscalateIncident(key=incident.key, reason="nobody ratified in time"), run, said)
    with registry.reading() as state:
        model = state.need(Model, incident.model)
    notice = Notice(
        kind="incident",
        to=model.owner,
        about=incident.key,
        title=f"{short(incident.model)}: nobody ratified in time",
        text=f"{quoted(incident.title)}\n\nResolve the incident and say what is to be done.",
    )
    Outbox(registry.home.outbox).put(notice, moment(run.as_of))
    return said
