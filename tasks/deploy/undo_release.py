"""Undo emergency releases that were refused, not ratified in time, or not approved within their time.

The version that served before serves again, if it is still valid; otherwise serving is suspended and consumers use
their fallback.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from data.errors import ConflictError, GateRefusedError
from data.files.serving import SlotAddress
from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.rows import required_row
from data.queries.serving_operations import release_audience, released_request, released_requests
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.names import short
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.commands.approval import ExpireRequest
from data.registry.registry import Registry
from tasks.deploy.roll_back_version import roll_back
from tasks.deploy.stop_serving import stop_serving
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due

FALLBACK = "the fallback of each consumer; no earlier version is valid"


def lapsed_releases(run: RunContext) -> Iterator[Due]:
    """Yield the live emergency releases that have to end now."""
    now = moment(run.as_of)
    for release in released_requests(Registry.here()):
        live = release.live
        if live is not None and live.state == "deployed" and reason_to_end(release.request, now):
            yield live.key, partial(undo_release, release.request.key, run)


def reason_to_end(request: ApprovalRequest, now: datetime) -> str:
    """Return why a release has to end at this moment; empty while it may continue."""
    if request.state == "approved":
        ended = request.valid_until is not None and request.valid_until <= now
        return "its time after ratification is over and it was not approved" if ended else ""
    if request.state == "pending":
        return "nobody ratified it in time" if request.expires_at <= now else ""
    return {"expired": "nobody ratified it in time", "rejected": "its ratification was refused"}.get(
        request.state, f"the request for its ratification was {request.state}"
    )


def undo_release(request: str, run: RunContext) -> str:
    """End one release; return what was done, "" when it no longer serves. Raises BusyError, PublishError.

    The operation has the release's key as its run id, so that a repetition finds what is already done. It states the
    release as the deployment that must end, so that no later deployment is ended instead.
    """
    registry, now = Registry.here(), moment(run.as_of)
    release = released_request(registry, request)
    request_row, live = release.request, release.live
    reason = reason_to_end(request_row, now)
    if live is None or live.state != "deployed" or not reason:
        return ""
    if request_row.state == "pending":
        registry.execute(ExpireRequest(key=request_row.key), RunContext(SERVICE, run.as_of, run.run_id))
    try:
        done = _restore_version(live, f"emergency release undone: {reason}", run)
    except ConflictError:
        if is_live(live.key):
            raise
        return ""
    notices = _notices(release_audience(registry, live.model, now), request_row, live, done, now)
    Outbox(registry.home.outbox).write_all(notices, now)
    return f"the emergency release of {short(live.version)} was undone, {reason}: {done}"


def is_live(deployment: str) -> bool:
    """Return True if this deployment is live now."""
    return required_row(Registry.here(), Deployment, deployment).state == "deployed"


def _restore_version(live: Deployment, reason: str, run: RunContext) -> str:
    place = SlotAddress(live.model, live.environment, live.slot)
    undoing = RunContext(SERVICE, run.as_of, f"undo of {live.key}")
    try:
        key = roll_back(place, reason, undoing, live.key)
    except GateRefusedError:
        stop_serving(place, reason, FALLBACK, undoing, live.key)
        return "serving is suspended"
    return f"{short(required_row(Registry.here(), Deployment, key).version)} serves again"


def _notices(
    audience: Sequence[str], request_row: ApprovalRequest, live: Deployment, done: str, now: datetime
) -> list[Notice]:
    people = dict.fromkeys([request_row.requester, *audience])
    title = f"the emergency release of {short(live.version)} was undone: {done}"
    text = (
        f"It went live in {live.environment} ({live.slot}) on {live.from_at:%Y-%m-%d %H:%M} UTC: "
        f"{quoted(live.reason)}\n\n{reason_to_end(request_row, now).capitalize()}. "
        "Its incidents wait for an answer: `modelward incidents list`."
    )
    return [Notice(kind="incident", to=one, about=live.key, title=title[:300], text=text) for one in people]
