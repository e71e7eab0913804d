"""Revoke approvals whose condition was not met in time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.queries.due_work import late_conditions
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.commands.version import RevokeVersion
from data.registry.registry import Registry
from tasks.maintain.expire_approvals import execute
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due


def unmet_conditions(context: RunContext) -> Iterator[Due]:
    """Yield approved versions with an open condition past its due date; each version is revoked once."""
    for finding in late_conditions(Registry.here(), moment(context.as_of)):
        key = finding.version
        reason = f"{finding.title} was due on {finding.due_at:%Y-%m-%d} and is {finding.state}: {finding.text}"
        report = f"the approval of {short(key)} was revoked: {finding.title} is late"
        yield key, partial(execute, RevokeVersion(version=key, reason=reason[:2_000]), context, report)
