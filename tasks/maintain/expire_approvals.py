"""Expire pending requests, waivers and version approvals that are past their end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.queries.due_work import open_waivers
from data.queries.rows import rows
from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.command import Command
from data.registry.commands.approval import ExpireRequest
from data.registry.commands.review import ExpireWaiver
from data.registry.commands.version import ExpireVersion
from data.registry.registry import Registry
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due


def expired_requests(context: RunContext) -> Iterator[Due]:
    """Yield requests that are still pending after their end."""
    for request in rows(Registry.here(), ApprovalRequest, state="pending"):
        if request.expires_at <= moment(context.as_of):
            report = f"the request to {request.purpose} {short(request.subject)} expired"
            yield request.key, partial(execute, ExpireRequest(key=request.key), context, report)


def expired_waivers(context: RunContext) -> Iterator[Due]:
    """Yield requested or granted waivers after their end; the registry then revokes versions approved with them."""
    for waiver in open_waivers(Registry.here()):
        if waiver.expires_at <= moment(context.as_of):
            report = f"the waiver of {waiver.control} for {short(waiver.version)} expired"
            yield waiver.key, partial(execute, ExpireWaiver(key=waiver.key), context, report)


def expired_versions(context: RunContext) -> Iterator[Due]:
    """Yield approved versions after the end of their approval."""
    for version in rows(Registry.here(), Version, review_state=ReviewState.APPROVED.value):
        if version.valid_until is not None and version.valid_until <= moment(context.as_of):
            report = f"the approval of {short(version.key)} expired"
            yield version.key, partial(execute, ExpireVersion(version=version.key), context, report)


def execute(command: Command, context: RunContext, report: str) -> str:
    """Execute the command and return `report`, the sentence about it."""
    Registry.here().execute(command, context)
    return report
