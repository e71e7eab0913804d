"""Publish an emergency release under its open request; a release that cannot be published is withdrawn at once."""

from __future__ import annotations

from data.errors import BusyError, ModelwardError
from data.queries.rows import required_row
from data.queries.serving_operations import released_request
from data.records.approval import ApprovalRequest
from data.records.run_context import RunContext
from data.registry.commands.approval import WithdrawRequest
from data.registry.registry import Registry
from tasks.deploy.publish_version import publish_version
from tasks.notify.notify_approvers import notify_approvers
from tasks.run.take_steps import PLAIN_CALLS, Steps


def publish_release(request: str, run: RunContext, steps: Steps = PLAIN_CALLS) -> str:
    """Publish the release and return the deployment's key; a release that is live already is not published again.

    Raises in the same cases as `publish_version`; the former version then serves again, and the release is withdrawn,
    except when another operation is in progress (BusyError).
    """
    registry = Registry.here()
    release = released_request(registry, request)
    if release.live is not None:
        return release.live.key
    try:
        key = publish_version(release.request, run, steps)
    except BusyError:
        raise
    except ModelwardError as error:
        _withdraw(registry, release.request, error.what, run)
        raise
    notify_approvers(request, run.as_of)
    return key


def _withdraw(registry: Registry, request: ApprovalRequest, reason: str, run: RunContext) -> None:
    current = required_row(registry, ApprovalRequest, request.key)
    if current.state == "pending":
        withdrawal = WithdrawRequest(key=request.key, reason=reason[:4_000])
        registry.execute(withdrawal, run)
