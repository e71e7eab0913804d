"""Undo emergency releases that nobody ratified in time, that were refused, or whose time after ratification is over.

What served before serves again, if it is still valid; else serving is suspended and consumers are on their fallback.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from data.errors import ConflictError, GateRefusedError
from data.files.serving import Place
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
from tasks.deploy.return_version import put_back
from tasks.deploy.stop_serving import stop
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due

FALLBACK = "what each consumer named as its own fallback; no earlier version is valid"


def lapsed_releases(run: RunContext) -> Iterator[Due]:
    """Live emergency releases that have to end now."""
    now = moment(run.as_of)
    for release in released_requests(Registry.here()):
        live = release.live
        if live is not None and live.state == "deployed" and why_over(release.request, now):
            yield live.key, partial(undo_release, release.request.key, run)


def why_over(request: ApprovalRequest, now: datetime) -> str:
    """Why a release has to end at this moment; empty while it may go on."""
    if request.state == "approved":
        ended = request.valid_until is not None and request.valid_until <= now
        return "its time after ratification is over and it was not approved" if ended else ""
    if request.state == "pending":
        return "nobody ratified it in time" if request.expires_at <= now else ""
    return {"expired": "nobody ratified it in time", "rejected": "its ratification was refused"}.get(
        request.state, f"the request for its ratification was {request.state}"
    )


def undo_release(request: str, run: RunContext) -> str:
    """End one release; answers what was done, nothing when it no longer serves. Raises BusyError, PublishError.

    The operation carries the release's key, so that doing it again finds what was done already, and names the release
    as what it leaves, so that nothing that was deployed meanwhile is ended in its place.
    """
    registry, now = Registry.here(), moment(run.as_of)
    release = released_request(registry, request)
    request_row, live = release.request, release.live
    reason = why_over(request_row, now)
    if live is None or live.state != "deployed" or not reason:
        return ""
    if request_row.state == "pending":
        registry.execute(ExpireRequest(key=request_row.key), RunContext(SERVICE, run.as_of, run.run_id))
    try:
        done = _put_back(live, f"emergency release undone: {reason}", run)
    except ConflictError:
        if serves(live.key):
            raise
        return ""
    notices = _notices(release_audience(registry, live.model, now), request_row, live, done, now)
    Outbox(registry.home.outbox).send(notices, now)
    return f"the emergency release of {short(live.version)} was undone, {reason}: {done}"


def serves(deployment: str) -> bool:
    """Whether this very deployment is live now."""
    return required_row(Registry.here(), Deployment, deployment).state == "deployed"


def _put_back(live: Deployment, reason: str, run: RunContext) -> str:
    place = Place(live.model, live.environment, live.slot)
    undoing = RunContext(SERVICE, run.as_of, f"undo of {live.key}")
    try:
        key = put_back(place, reason, undoing, live.key)
    except GateRefusedError:
        stop(place, reason, FALLBACK, undoing, live.key)
        return "serving is suspended"
    return f"{short(required_row(Registry.here(), Deployment, key).version)} serves again"


def _notices(
    audience: Sequence[str], request_row: ApprovalRequest, live: Deployment, done: str, now: datetime
) -> list[Notice]:
    people = dict.fromkeys([request_row.requester, *audience])
    title = f"the emergency release of {short(live.version)} was undone: {done}"
    text = (
        f"It went live in {live.environment} ({live.slot}) on {live.from_at:%Y-%m-%d %H:%M} UTC: "
        f"{quoted(live.reason)}\n\n{why_over(request_row, now).capitalize()}. "
        "Its incidents wait for an answer: `modelward incidents list`."
    )
    return [Notice(kind="incident", to=one, about=live.key, title=title[:300], text=text) for one in people]
