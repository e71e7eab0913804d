"""The documents of a retirement, each stored as RFC 8785 JSON by digest: impact, traffic, dossier."""

from __future__ import annotations

from typing import Any, Literal

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.instant import Instant
from data.records.model import Model
from data.records.retirement import Retirement, RetirementParty
from data.records.review import Finding, Validation
from data.records.row import Frozen
from data.records.version import Metric, Version

IMPACT_FORMAT: Literal["retirement-impact-1"] = "retirement-impact-1"
TRAFFIC_FORMAT: Literal["retirement-traffic-1"] = "retirement-traffic-1"
DOSSIER_FORMAT: Literal["retirement-dossier-1"] = "retirement-dossier-1"


class LogCoverage(Frozen):
    """The days of the prediction log that an assessment read; first and last day as ISO dates, None without a day."""

    days: int
    first: str | None
    last: str | None
    unreadable: tuple[str, ...]


class TrafficRecord(Frozen):
    """The number of predictions of a version that a consumer, as named in the log, received."""

    consumer: str
    rows: int
    last_at: Instant


class ImpactDocument(Frozen):
    """The consumers affected by the retirement of a version; `affected` are those that the gate `impact` returned."""

    format: Literal["retirement-impact-1"] = IMPACT_FORMAT
    version: str
    assessed_at: Instant
    logs: LogCoverage
    seen: tuple[TrafficRecord, ...]
    affected: tuple[dict[str, Any], ...]


class TrafficDocument(Frozen):
    """The predictions of a version in the logs of a window, by consumer and by day.

    Each item of `days` is a date, the number of rows and the content identity of the day's log.
    """

    format: Literal["retirement-traffic-1"] = TRAFFIC_FORMAT
    version: str
    from_at: Instant
    to_at: Instant
    by_consumer: dict[str, int]
    days: tuple[tuple[str, int, str], ...]
    days_without_log: tuple[str, ...]


class DossierApproval(Frozen):
    """An approval request for the retirement, and the votes on it."""

    request: ApprovalRequest
    votes: tuple[Vote, ...]


class DossierEvent(Frozen):
    """An event of the version, as the dossier lists it."""

    seq: int
    type: str
    subject: str
    actor: str
    effective_at: str


class RetirementDossier(Frozen):
    """The archive of a retired version. `artifact` says whether its bytes are still stored."""

    clock: str
    written_at: Instant
    retain_until: Instant
    retirement: Retirement
    model: Model
    version: Version
    artifact: str
    parties: tuple[RetirementParty, ...]
    deployments: tuple[Deployment, ...]
    validations: tuple[Validation, ...]
    findings: tuple[Finding, ...]
    metrics: tuple[Metric, ...]
    approvals: tuple[DossierApproval, ...]
    impact: ImpactDocument | None
    traffic: TrafficDocument | None
    events: tuple[DossierEvent, ...]

    def document(self) -> dict[str, Any]:
        """Return the dossier as JSON values: rows without revisions, votes inside their request."""
        values = self.model_dump(mode="json", exclude={"approvals"})
        for name in ("retirement", "model", "version"):
            values[name].pop("rev")
        for name in ("parties", "deployments", "validations", "findings", "metrics"):
            for row in values[name]:
                row.pop("rev")
        approvals = [_approval(one) for one in self.approvals]
        return {"format": DOSSIER_FORMAT, **values, "approvals": approvals}


def _approval(approval: DossierApproval) -> dict[str, Any]:
    votes = [vote.model_dump(mode="json", exclude={"rev"}) for vote in approval.votes]
    return {**approval.request.model_dump(mode="json", exclude={"rev"}), "votes": votes}
