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
from tasks.notify.notify_approvers import notify_people
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


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
        steps.take(withdraw_release, request, error.what, run)
        raise
    steps.take(notify_people, request, run.as_of)
    return key


@step("withdraw release")
def withdraw_release(request: str, reason: str, run: RunContext) -> None:
    """Withdraw the request of a release that could not be published; one that was decided meanwhile stays as it is."""
    registry = Registry.here()
    state = required_row(registry, ApprovalRequest, request).state
    if state != "pending":
        name_step(f"read request state: {state}", request=request)
        return
    name_step("withdraw request: the release could not be published", request=request)
    registry.execute(WithdrawRequest(key=request, reason=reason[:4_000]), run)
