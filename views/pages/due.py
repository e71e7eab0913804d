"""What is due on a model, who waits for whom, and until when: read from the rows, decided nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.monitoring import Alert, Incident
from data.records.names import short
from data.records.person import Person
from data.records.retirement import Retirement
from data.records.review import Finding, Review, Waiver
from data.records.row import Row
from data.records.version import Version
from data.registry.approvals import lacking, standing
from views.evidence_address import model_page, monitoring_page, request_page, version_page

SOON = timedelta(days=30)
ENDED = {"closed", "completed", "resolved", "ended", "dismissed"}
Rows = Mapping[type[Row], Sequence[Row]]
Able = Mapping[str, Sequence[str]]
NOBODY_ASKED: Able = {}


@dataclass(frozen=True)
class Due:
    """Something that waits: for whom, asked by whom, until when (None: no time is set), and where it is read.

    `urgency` is `late`, `soon`, `later`, or `open` where no time is set.
    """

    what: str
    waits_for: str
    asked_by: str
    at: datetime | None
    page: str
    urgency: str = "open"

    @property
    def model(self) -> str:
        """The key of the model it is about."""
        return "/".join(self.page.split("/")[:3])


def due_on(rows: Rows, owner: str, now: datetime, able: Able = NOBODY_ASKED) -> list[Due]:
    """Everything that waits on one model with this owner and these rows, what is due first, first.

    `able` names who could sign each pending request, by its key.
    """
    found = [
        *_requests(rows, able), *_findings(rows), *_waivers(rows), *_deployments(rows, owner, now),
        *_reviews(rows, owner), *_raised(rows), *_retirements(rows, owner),
    ]  # fmt: skip
    judged = [replace(one, urgency=_urgency(one.at, now)) for one in found]
    return sorted(judged, key=lambda one: (one.at is None, one.at or now))


def _urgency(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "open"
    return "late" if at <= now else "soon" if at <= now + SOON else "later"


def _requests(rows: Rows, able: Able) -> Iterator[Due]:
    votes = [one for one in rows.get(Vote, ()) if isinstance(one, Vote)]
    gone = {one.person for one in rows.get(Person, ()) if isinstance(one, Person) and one.state != "active"}
    for one in rows.get(ApprovalRequest, ()):
        if isinstance(one, ApprovalRequest) and one.state == "pending":
            missing = lacking(one.required, standing(one, votes, gone))
            wanted = ", ".join(f"{count} × {role.value}" for role, count in missing.items())
            what = f"Approval to {one.purpose} {_name(one.key)}, {one.environment}"
            yield Due(
                what, _with_names(wanted, able.get(one.key)), one.requester, one.expires_at, request_page(one.key)
            )


def _with_names(wanted: str, names: Sequence[str] | None) -> str:
    if names is None:
        return wanted
    return f"{wanted}: {', '.join(names)}" if names else f"{wanted}, and nobody on the roster can sign"


def _findings(rows: Rows) -> Iterator[Due]:
    for one in rows.get(Finding, ()):
        if isinstance(one, Finding) and one.state not in ENDED:
            waits_for = one.raised_by if one.state in {"answered", "disputed"} else one.owner
            word = "to be closed" if one.state == "answered" else "disputed" if one.state == "disputed" else "open"
            what = f"Finding {one.number} on {_name(one.key)}, {one.severity.value}, {word}"
            yield Due(what, waits_for, one.raised_by, one.due_at, f"{version_page(one.key)}#findings")


def _waivers(rows: Rows) -> Iterator[Due]:
    for one in rows.get(Waiver, ()):
        if not isinstance(one, Waiver):
            continue
        page = f"{version_page(one.key)}#waivers"
        if one.state == "requested":
            what = f"Waiver of {one.control} for {_name(one.key)} to be decided"
            yield Due(what, "somebody who may grant it", one.requester, None, page)
        elif one.state == "granted":
            yield Due(f"Waiver of {one.control} for {_name(one.key)} runs out", one.requester, "", one.expires_at, page)


def _deployments(rows: Rows, owner: str, now: datetime) -> Iterator[Due]:
    serving = {one.version for one in rows.get(Deployment, ()) if isinstance(one, Deployment) and _serves(one)}
    for one in rows.get(Deployment, ()):
        if isinstance(one, Deployment) and one.state in {"deployed", "suspended"} and _unratified(one):
            what = f"{_name(one.version)} in {one.environment} to be ratified"
            yield Due(what, "somebody else than who acted", "", one.ratify_by, version_page(one.version))
    for row in rows.get(Version, ()):
        if isinstance(row, Version) and row.key in serving and row.valid_until is not None:
            word = "ran out" if row.valid_until <= now else "runs out"
            yield Due(f"Approval of {_name(row.key)} {word}", owner, "", row.valid_until, version_page(row.key))


def _serves(one: Deployment) -> bool:
    return one.state == "deployed"


def _unratified(one: Deployment) -> bool:
    return one.ratify_by is not None and one.ratified_by is None


def _reviews(rows: Rows, owner: str) -> Iterator[Due]:
    for one in rows.get(Review, ()):
        if isinstance(one, Review) and one.state not in ENDED:
            yield Due(f"Review {one.number}: {one.reason}", owner, "", one.due_at, model_page(one.key))


def _raised(rows: Rows) -> Iterator[Due]:
    for one in rows.get(Incident, ()):
        if isinstance(one, Incident) and one.state not in ENDED:
            word = "blocking incident" if one.blocking else "incident"
            page = f"{model_page(one.key)}#raised"
            yield Due(f"{word.capitalize()} {one.number}: {one.title}", "an approver", one.opened_by, None, page)
    for alert in rows.get(Alert, ()):
        if isinstance(alert, Alert) and alert.state == "open" and alert.level == "page":
            what = f"Page {alert.number}: {alert.about}"
            yield Due(what, alert.route or "its alert route", "", None, monitoring_page(alert.key))


def _retirements(rows: Rows, owner: str) -> Iterator[Due]:
    for one in rows.get(Retirement, ()):
        if isinstance(one, Retirement) and one.state not in {"withdrawn", "archived"}:
            what = f"Retirement of {_name(one.subject)}: {one.state}"
            yield Due(what, owner, one.opened_by, one.sunset_at, f"{model_page(one.model)}#retirement")


def _name(key: str) -> str:
    told = short(key).split(" ")
    return told[-1]
