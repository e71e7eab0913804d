"""Take back approvals that were given on a condition which nobody met in time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.records.names import short
from data.records.review import Finding
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.commands.version import RevokeVersion
from data.registry.registry import Registry
from tasks.maintain.expire_approvals import execute
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due


def late_conditions(run: RunContext) -> Iterator[Due]:
    """Approved versions with a condition that is not closed past its date; each is revoked once."""
    now = moment(run.as_of)
    with Registry.here().reading() as state:
        open_ones = [one for one in state.find(Finding, origin="condition") if one.state != "closed"]
        late = {one.version: one for one in reversed(open_ones) if one.due_at <= now}
        approved = {key for key in late if state.need(Version, key).review_state is ReviewState.APPROVED}
    for key in sorted(approved):
        finding = late[key]
        reason = f"{finding.title} was due on {finding.due_at:%Y-%m-%d} and is {finding.state}: {finding.text}"
        said = f"the approval of {short(key)} was revoked: {finding.title} is late"
        yield key, partial(execute, RevokeVersion(version=key, reason=reason[:2_000]), run, said)
