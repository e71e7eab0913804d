"""Open incidents for files that differ from the record, and notify the people who must act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.errors import ModelwardError
from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.notice_recipients import incident_recipients
from data.records.file_difference import FileDifference
from data.records.monitoring import REGISTRY, Incident
from data.records.names import short
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.difference_incidents import open_incidents
from data.registry.registry import Registry
from tasks.run.business_time import moment


@dataclass(frozen=True)
class ReportedDifferences:
    """The incidents that were opened; `why_not` is empty, or an addition to a message if none could be recorded."""

    opened: tuple[Incident, ...]
    why_not: str = ""


def report_differences(
    registry: Registry, differences: Sequence[FileDifference], context: RunContext
) -> ReportedDifferences:
    """Open an incident for each new difference, and write a notice about it to each person who must act.

    modelward itself opens it, so that whoever ran the comparison may close it.
    A registry that was changed itself refuses each write: the result then says why no incident was recorded.
    """
    context = replace(context, actor=SERVICE)
    try:
        opened = open_incidents(registry, differences, context)
        for incident in opened:
            _notify(registry, incident, context)
    except ModelwardError as error:
        return ReportedDifferences((), f" (no incident was recorded: {error.what})")
    return ReportedDifferences(tuple(opened))


def _notify(registry: Registry, incident: Incident, context: RunContext) -> None:
    at = moment(context.as_of)
    of = "the registry" if incident.model == REGISTRY else short(incident.model)
    for person in incident_recipients(registry, incident, at):
        notice = Notice(
            kind="incident",
            to=person,
            about=incident.key,
            title=f"{of}: a file differs from the record",
            text=f"{quoted(incident.title)}\n\nFind out who changed it. When it is restored, close the incident with "
            "`modelward incidents resolve`.",
        )
        Outbox(registry.home.outbox).write(notice, at)
