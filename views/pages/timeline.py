"""The content of a model's timeline: where each version served, and the alerts, incidents and waivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from data.queries.model_snapshot import ModelSnapshot
from data.records.deployment import Deployment
from data.records.monitoring import Incident
from data.records.review import Waiver
from data.records.version import ReviewState, Version
from views.charts.svg_timeline import GLYPHS, Bar, Mark, Timeline, Track
from views.pages.timeline_steps import TimelineStep

MOST_TRACKS, MOST_MARKS = 40, 100
"""The newest versions that are drawn, and the newest marks and bars of each row."""
ENDS = {ReviewState.REJECTED, ReviewState.RETIRED}


LISTED = "The list of steps below has the same contents"
P = TypeVar("P", Mark, Bar)


def _newest(drawn: Sequence[P], time_of: Callable[[P], datetime]) -> tuple[P, ...]:
    """Return the newest MOST_MARKS of these marks or bars, in their order if there are not more."""
    return tuple(drawn) if len(drawn) <= MOST_MARKS else tuple(sorted(drawn, key=time_of)[-MOST_MARKS:])


def timeline_of(facts: ModelSnapshot, steps: Sequence[TimelineStep]) -> Timeline:
    """Return a timeline with one row for each version, then rows for alerts, incidents and waivers if there are any."""
    every = [_version_track(facts, one, steps) for one in facts.versions[-MOST_TRACKS:]]
    every += [track for track in _raised(facts, steps) if track.marks or track.bars]
    tracks = [
        replace(one, marks=_newest(one.marks, lambda each: each.at), bars=_newest(one.bars, lambda each: each.from_at))
        for one in every
    ]
    is_cut = len(facts.versions) > MOST_TRACKS or tracks != every
    contents = "Only the newest are drawn; the list of steps has all" if is_cut else LISTED
    first = min([one.at for one in steps] or [facts.model.registered_at])
    last = max([facts.time.now, *(one.at for one in steps)])
    served = [one for one in facts.all(Deployment) if one.state == "deployed"]
    now = ", ".join(f"v{facts.number_of(one.version)} in {one.environment}" for one in served) or "no version"
    text = (
        f"{len(facts.versions)} versions from {first:%d %B %Y} to {last:%d %B %Y}; {now} serves at the end. {contents}."
    )
    return Timeline("life", f"Timeline of {facts.model.name}", text, first, last, tuple(tracks))


def _version_track(facts: ModelSnapshot, version: Version, steps: Sequence[TimelineStep]) -> Track:
    mine = [one for one in steps if one.version == version.number and one.kind in GLYPHS]
    left = [one for one in steps if one.kind == "rolled_back"]
    marks = [Mark(one.at, one.kind, one.title) for one in mine if one.kind != "rolled_back"]
    marks += [Mark(one.at, one.kind, one.title) for one in left if _left_by(facts, one) == version.number]
    bars = [_served(one) for one in facts.all(Deployment) if one.version == version.key]
    ended = [one.at for one in mine if one.kind in {"rejected", "retired"}]
    over = ended[-1] if ended and version.review_state in ENDS else None
    return Track(
        f"v{version.number}", version.review_state.value, tuple(marks), tuple(bars), (version.registered_at, over)
    )


def _left_by(facts: ModelSnapshot, step: TimelineStep) -> int | None:
    """Return the number of the version that a rollback replaced, or None."""
    row = next((one for one in facts.all(Deployment) if one.rollback_of and one.from_at == step.at), None)
    former = facts.get(Deployment, row.rollback_of) if row is not None else None
    return facts.number_of(former.version) if former is not None else None


def _served(deployment: Deployment) -> Bar:
    until = f"{deployment.to_at:%Y-%m-%d}: {deployment.ended_reason}" if deployment.to_at is not None else "now"
    environment, slot = deployment.environment, deployment.slot
    hint = f"{environment}, {slot} for {deployment.use}, {deployment.from_at:%Y-%m-%d} to {until}"
    name = slot if environment == "production" else f"{slot} in {environment}"
    return Bar(deployment.from_at, deployment.to_at, slot, name, hint)


def _raised(facts: ModelSnapshot, steps: Sequence[TimelineStep]) -> Iterator[Track]:
    alerts = [Mark(one.at, one.kind, one.title) for one in steps if one.kind in {"page", "warning"}]
    yield Track("Alerts", f"{len(alerts)} raised", tuple(alerts))
    incidents = [
        _stretch(one.opened_at, one.resolved_at, "incident", f"Incident {one.number} ({one.state}): {one.title}")
        for one in facts.all(Incident)
    ]
    yield Track("Incidents", f"{len(incidents)} opened", (), tuple(incidents))
    waivers = [
        _stretch(
            one.granted_at,
            one.ended_at or min(one.expires_at, facts.time.now),
            "waiver",
            f"Waiver of {one.control}: {one.reason}",
        )
        for one in facts.all(Waiver)
        if one.granted_at is not None
    ]
    yield Track("Waivers", f"{len(waivers)} granted", (), tuple(bar for bar in waivers))


def _stretch(from_at: datetime, to_at: datetime | None, kind: str, tooltip: str) -> Bar:
    return Bar(from_at, to_at, "incident" if kind == "incident" else "waiver", "", tooltip)
