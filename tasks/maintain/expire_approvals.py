"""Note what ran out: requests nobody completed, waivers, and approvals of versions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.review import Waiver
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.command import Command
from data.registry.commands.approval import ExpireRequest
from data.registry.commands.review import ExpireWaiver
from data.registry.commands.version import ExpireVersion
from data.registry.registry import Registry
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due


def expired_requests(run: RunContext) -> Iterator[Due]:
    """Requests still pending when their time is over."""
    with Registry.here().reading() as state:
        pending = state.find(ApprovalRequest, state="pending")
    for one in pending:
        if one.expires_at <= moment(run.as_of):
            said = f"the request to {one.purpose} {short(one.subject)} expired"
            yield one.key, partial(execute, ExpireRequest(key=one.key), run, said)


def expired_waivers(run: RunContext) -> Iterator[Due]:
    """Waivers asked for or granted whose date is past; a version approved on one is revoked with it."""
    with Registry.here().reading() as state:
        standing = [one for kind in ("requested", "granted") for one in state.find(Waiver, state=kind)]
    for one in standing:
        if one.expires_at <= moment(run.as_of):
            said = f"the waiver of {one.control} for {short(one.version)} expired"
            yield one.key, partial(execute, ExpireWaiver(key=one.key), run, said)


def expired_versions(run: RunContext) -> Iterator[Due]:
    """Approved versions whose approval ran out."""
    with Registry.here().reading() as state:
        approved = state.find(Version, review_state=ReviewState.APPROVED.value)
    for one in approved:
        if one.valid_until is not None and one.valid_until <= moment(run.as_of):
            said = f"the approval of {short(one.key)} expired"
            yield one.key, partial(execute, ExpireVersion(version=one.key), run, said)


def execute(command: Command, run: RunContext, said: str) -> str:
    """Give the command; answers what is said of it when it was carried out."""
    Registry.here().execute(command, run)
    return said
