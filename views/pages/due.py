"""What is due on a model, who must act, and until when, read from the rows of the registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.queries.pending_signatures import PendingSignatures
from data.queries.subject_record import Rows
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.monitoring import REGISTRY, Alert, Incident
from data.records.names import short
from data.records.retirement import Retirement
from data.records.review import Finding, Review, Waiver
from data.records.tables import rows_of
from data.records.version import Version
from views.evidence_address import AUDIT, model_page, monitoring_page, request_page, version_page

SOON = timedelta(days=30)
ENDED = {"closed", "completed", "resolved", "ended", "dismissed"}
Signatures = Mapping[str, PendingSignatures]


@dataclass(frozen=True)
class DueItem:
    """Something that somebody must do.

    `waits_for` is the person or role that must act, `at` the due time or None, and `page` the address of its evidence.
    `urgency` is `late`, `soon` (within 30 days), `later`, or `open` if there is no due time.
    """

    what: str
    waits_for: str
    requested_by: str
    at: datetime | None
    page: str
    urgency: str = "open"

    @property
    def model(self) -> str:
        """Return the key of the model that the item belongs to; `registry` if it belongs to none."""
        return REGISTRY if self.page == AUDIT else "/".join(self.page.split("/")[:3])


def due_on(rows: Rows, owner: str, now: datetime, signatures: Signatures) -> list[DueItem]:
    """Return what is due on the model with this owner and these rows, the earliest due time first.

    `signatures` maps the key of each pending request to the signatures that it still needs.
    """
    found = [
        *_requests(rows, signatures), *_findings(rows), *_waivers(rows), *_deployments(rows, owner, now),
        *_reviews(rows, owner), *_incidents(rows), *_alerts(rows), *_retirements(rows, owner),
    ]  # fmt: skip
    judged = [replace(one, urgency=_urgency(one.at, now)) for one in found]
    return sorted(judged, key=lambda one: (one.at is None, one.at or now))


def _urgency(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "open"
    return "late" if at <= now else "soon" if at <= now + SOON else "later"


def _requests(rows: Rows, signatures: Signatures) -> Iterator[DueItem]:
    for request in rows_of(rows, ApprovalRequest):
        if request.state == "pending":
            what = f"Approval to {request.purpose} {_name(request.key)}, {request.environment}"
            waits_for = _signers(signatures[request.key])
            yield DueItem(what, waits_for, request.requester, request.expires_at, request_page(request.key))


def _signers(needed: PendingSignatures) -> str:
    """Return the signatures that are missing, and the people who could give them if these are known."""
    missing = ", ".join(f"{count} × {role.value}" for role, count in needed.missing.items())
    if needed.eligible is None:
        return missing
    if not needed.eligible:
        return f"{missing}, and nobody on the roster can sign"
    return f"{missing}: {', '.join(needed.eligible)}"


def _findings(rows: Rows) -> Iterator[DueItem]:
    for finding in rows_of(rows, Finding):
        if finding.state not in ENDED:
            waits_for = finding.raised_by if finding.state in {"answered", "disputed"} else finding.owner
            state = {"answered": "to be closed", "disputed": "disputed"}.get(finding.state, "open")
            what = f"Finding {finding.number} on {_name(finding.key)}, {finding.severity.value}, {state}"
            page = f"{version_page(finding.key)}#findings"
            yield DueItem(what, waits_for, finding.raised_by, finding.due_at, page)


def _waivers(rows: Rows) -> Iterator[DueItem]:
    for waiver in rows_of(rows, Waiver):
        what, page = f"Waiver of {waiver.control} for {_name(waiver.key)}", f"{version_page(waiver.key)}#waivers"
        if waiver.state == "requested":
            yield DueItem(f"{what} to be decided", "somebody who may grant it", waiver.requester, None, page)
        elif waiver.state == "granted":
            yield DueItem(f"{what} expires", waiver.requester, "", waiver.expires_at, page)


def _deployments(rows: Rows, owner: str, now: datetime) -> Iterator[DueItem]:
    deployments = rows_of(rows, Deployment)
    for deployment in deployments:
        unratified = deployment.ratify_by is not None and deployment.ratified_by is None
        if unratified and deployment.state in {"deployed", "suspended"}:
            what = f"{_name(deployment.version)} in {deployment.environment} to be ratified"
            waits_for = "somebody other than the person who acted"
            yield DueItem(what, waits_for, "", deployment.ratify_by, version_page(deployment.version))
    serving = {deployment.version for deployment in deployments if deployment.state == "deployed"}
    for version in rows_of(rows, Version):
        if version.key in serving and version.valid_until is not None:
            verb = "expired" if version.valid_until <= now else "expires"
            what = f"Approval of {_name(version.key)} {verb}"
            yield DueItem(what, owner, "", version.valid_until, version_page(version.key))


def _reviews(rows: Rows, owner: str) -> Iterator[DueItem]:
    for review in rows_of(rows, Review):
        if review.state not in ENDED:
            yield DueItem(f"Review {review.number}: {review.reason}", owner, "", review.due_at, model_page(review.key))


def _incidents(rows: Rows) -> Iterator[DueItem]:
    for incident in rows_of(rows, Incident):
        if incident.state not in ENDED:
            yield incident_due(incident)


def incident_due(incident: Incident) -> DueItem:
    """Return what is due on an incident that is not resolved; one that concerns no model is shown on the audit page."""
    kind = "Blocking incident" if incident.blocking else "Incident"
    waits_for = "an administrator" if incident.model == REGISTRY else "an approver"
    page = AUDIT if incident.model == REGISTRY else f"{model_page(incident.key)}#raised"
    what = f"{kind} {incident.number}: {incident.title}"
    return DueItem(what, waits_for, incident.opened_by, None, page)


def _alerts(rows: Rows) -> Iterator[DueItem]:
    for alert in rows_of(rows, Alert):
        if alert.state == "open" and alert.level == "page":
            what = f"Page {alert.number}: {alert.about}"
            yield DueItem(what, alert.route or "its alert route", "", None, monitoring_page(alert.key))


def _retirements(rows: Rows, owner: str) -> Iterator[DueItem]:
    for row in rows_of(rows, Retirement):
        if row.state not in {"withdrawn", "archived"}:
            what = f"Retirement of {_name(row.subject)}: {row.state}"
            yield DueItem(what, owner, row.opened_by, row.sunset_at, f"{model_page(row.model)}#retirement")


def _name(key: str) -> str:
    """Return `v3` for the key of version 3, or the last word of any other name."""
    return short(key).split(" ")[-1]
