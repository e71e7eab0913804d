"""The steps of a model's timeline: what happened, when, who did it, and what proves who it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.queries.log_entries import LogEntry
from data.queries.lookup import reference
from data.queries.model_snapshot import ModelSnapshot
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.events import EventType
from data.records.instant import read_instant
from data.records.model import Consumer
from data.records.monitoring import Alert, Incident
from data.records.retirement import Retirement
from data.records.review import Finding, Validation, VerdictSet, Waiver
from data.records.version import Version

PROVEN = {"totp": "one-time code", "ssh": "signature", "service": "service", "os-user": "operating-system user"}
DECIDING = {
    "registered", "rejected", "validated", "vote", "approved", "deployed", "rolled_back", "suspended", "revoked",
    "expired", "ended", "ratified", "undone", "retiring", "sunset", "retired", "archived",
}  # fmt: skip


@dataclass(frozen=True)
class TimelineStep:
    """One step of the timeline. `kind` selects its symbol, `version` its row (None: it concerns the whole model)."""

    seq: int
    at: datetime
    kind: str
    title: str
    detail: str
    who: str
    proof: str
    version: int | None

    @property
    def decides(self) -> bool:
        """Return True if the step changed the state of a version or where it serves."""
        return self.kind in DECIDING


StepText = tuple[str, str, str]
StepWriter = Callable[[ModelSnapshot, LogEntry], StepText | None]


def steps_of(facts: ModelSnapshot) -> list[TimelineStep]:
    """Return the steps of the timeline in the order of the log."""
    return sorted(_steps(facts), key=lambda one: one.seq)


def _steps(facts: ModelSnapshot) -> Iterator[TimelineStep]:
    named: set[str] = set()
    alerts: dict[str, Alert] = {}
    for entry in facts.events:
        if entry.type == EventType.MONITORING_RECORDED:
            yield from _alerted(facts, entry, alerts)
            yield from _opened(facts, entry, [key for key in entry.rows if key not in named])
            named.update(entry.rows)
        alerts.update((one.key, one) for one in entry.alerts)
        write = WRITERS.get(entry.type)
        text = write(facts, entry) if write is not None else None
        if text is not None:
            yield _step(facts, entry, *text)


def _step(facts: ModelSnapshot, entry: LogEntry, kind: str, title: str, detail: str) -> TimelineStep:
    return TimelineStep(
        entry.seq, read_instant(entry.effective_at), kind, title, detail, facts.person(entry.actor),
        PROVEN.get(entry.auth, entry.auth), _version(facts, entry),
    )  # fmt: skip


def _version(facts: ModelSnapshot, entry: LogEntry) -> int | None:
    """Return the number of the version that an event concerns, also through its deployment or alert; else None."""
    row = facts.get(Deployment, entry.subject) or facts.get(Alert, entry.subject)
    return facts.number_of(entry.subject) or facts.number_of(row.version if row is not None else None)


def _alerted(facts: ModelSnapshot, entry: LogEntry, before: Mapping[str, Alert]) -> Iterator[TimelineStep]:
    """Yield a step for each alert that a monitoring run opened, raised or reopened, as it was after that run."""
    at, who = read_instant(entry.effective_at), facts.person(entry.actor)
    for alert in entry.alerts:
        known = before.get(alert.key)
        if alert.state == "open" and (known is None or known.state != "open" or _gravity(alert) > _gravity(known)):
            again = " again" if known is not None and known.level == alert.level else ""
            title = f"{alert.level.capitalize()}{again}: {alert.about}"
            yield TimelineStep(
                entry.seq, at, alert.level, title, alert.text, who, "watch", facts.number_of(alert.version)
            )


def _gravity(alert: Alert) -> tuple[bool, bool]:
    return alert.level == "page", alert.severe


def _opened(facts: ModelSnapshot, entry: LogEntry, fresh: Sequence[str]) -> Iterator[TimelineStep]:
    """Yield a step for each incident that a monitoring run opened; `fresh` are the rows that no earlier run wrote."""
    at, who = read_instant(entry.effective_at), facts.person(entry.actor)
    for key in fresh:
        incident = facts.get(Incident, key)
        if incident is not None and incident.opened_at == at:
            title, version = f"Incident {incident.number} opened", facts.number_of(incident.version)
            yield TimelineStep(entry.seq, at, "incident", title, incident.title, who, "watch", version)


def _registered(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = facts.get(Version, entry.subject)
    if row is None:
        return None
    return "registered", f"Version {row.number} registered", f"{row.change.what}: {row.change.why}"


def _assessed(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = next((one for key in entry.rows if (one := facts.get(VerdictSet, key)) is not None), None)
    if row is None:
        return None
    passed = sum(one.verdict.outcome == "passed" for one in row.judgements)
    waived = sum(one.waived_by is not None for one in row.judgements)
    counts = f"{passed} of {len(row.judgements)} criteria passed" + (f", {waived} waived" if waived else "")
    return "assessed", f"Judged by the gates ({row.stage})", f"{counts}: {'cleared' if row.cleared else 'not cleared'}"


def _reasoned(kind: str, title: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText:
        version = facts.get(Version, entry.subject)
        return kind, title, str(entry.data.get("reason") or (version.state_reason if version is not None else ""))

    return write


def _validated(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = facts.get(Validation, entry.subject)
    if row is None:
        return None
    limits = f"; limitations: {row.limitations}" if row.limitations else ""
    kind = "rejected" if row.conclusion == "not fit" else "validated"
    deputy = f"as deputy of {entry.data['deputy_of']}; " if entry.data.get("deputy_of") else ""
    return kind, f"Validated: {row.conclusion}", f"{deputy}scope: {row.scope}{limits}"


def _finding(word: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
        row = facts.get(Finding, entry.subject)
        if row is None:
            return None
        texts = {"answered": row.answer, "disputed": row.dispute, "opened": row.text}
        return "finding", f"Finding {row.number} {word}: {row.title} ({row.severity.value})", texts.get(word, "")

    return write


def _waiver(word: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
        row = facts.get(Waiver, entry.subject)
        if row is None:
            return None
        if word in {"revoked", "refused", "expired"}:
            with_it = row.version in entry.rows
            title = f"Waiver of {row.control} {word}" + (", and with it the approval" if with_it else "")
            return "revoked" if with_it else "waiver", title, row.ended_reason
        return "waiver", f"Waiver of {row.control} {word} until {row.expires_at:%Y-%m-%d}", row.reason

    return write


def _requested(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = facts.get(ApprovalRequest, entry.subject)
    if row is None:
        return None
    roles = ", ".join(f"{one.count} × {one.role.value}" for one in row.required)
    return "asked", f"Approval to {row.purpose} requested: {roles}", f"{row.environment}: {row.use}"


def _decided(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    statement = entry.data.get("statement")
    statement = statement if isinstance(statement, Mapping) else {}
    decision, outcome = str(statement.get("decision", "decided")), str(entry.data.get("outcome", ""))
    kind = {"approved": "approved", "rejected": "rejected"}.get(outcome, "vote")
    comment = str(statement.get("comment") or statement.get("meaning") or "")
    return kind, f"{decision[:1].upper()}{decision[1:]} as {statement.get('role', 'approver')}: {outcome}", comment


def _deployed(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = facts.get(Deployment, entry.subject)
    if row is None:
        return None
    return "deployed", f"Deployed to {row.environment} as {row.slot}", row.use


def _rolled_back(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = facts.get(Deployment, entry.subject)
    if row is None:
        return None
    left = facts.number_of(str(entry.data.get("former", "")))
    return "rolled_back", f"Rolled back from v{left} to v{facts.number_of(row.version)}", row.reason


def _ended(kind: str, word: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
        row = facts.get(Deployment, entry.subject)
        where = f" in {row.environment}, {row.slot}" if row is not None else ""
        return kind, f"{word}{where}", str(entry.data.get("reason", ""))

    return write


def _refused(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    return "refused", f"Refused: {entry.data.get('attempted', 'a command')}", str(entry.data.get("reason", ""))


def _consumer(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
    row = facts.get(Consumer, entry.subject)
    return ("consumer", f"Consumer declared: {row.system}", row.purpose) if row is not None else None


def _incident(word: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
        row = facts.get(Incident, entry.subject)
        if row is None:
            return None
        return "incident", f"Incident {row.number} {word}", row.resolution if word == "resolved" else row.title

    return write


def _alert(word: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
        row = facts.get(Alert, entry.subject)
        about = row.about if row is not None else reference(entry.subject)
        return "alert", f"Alert {word}: {about}", str(entry.data.get("reason", ""))

    return write


def _retirement(kind: str, title: str) -> StepWriter:
    def write(facts: ModelSnapshot, entry: LogEntry) -> StepText | None:
        fields = entry.data
        systems = fields.get("systems") or [fields.get("system")]
        names = ", ".join(str(one) for one in systems if one) if isinstance(systems, list) else ""
        row = facts.get(Retirement, entry.subject)
        reason = row.reason if row is not None and entry.type == EventType.RETIREMENT_OPENED else ""
        parts = [str(fields[name]) for name in ("answer", "comment", "reason", "moves_to") if fields.get(name)]
        parts += [f"{fields['rows']} rows seen"] if "rows" in fields else []
        return kind, f"{title}: {names}" if names else title, reason or "; ".join(parts)

    return write


WRITERS: Mapping[str, StepWriter] = {
    EventType.MODEL_REGISTERED: lambda facts, entry: (
        "model",
        "Model registered",
        facts.model.tier_rationale,
    ),
    EventType.MODEL_AMENDED: lambda facts, entry: (
        "model",
        "Model record amended",
        "; ".join(entry.data.get("milder", ())),
    ),
    EventType.TEST_PLAN_RECORDED: lambda facts, entry: (
        "plan",
        "Test plan recorded before any run",
        "",
    ),
    EventType.MONITORING_PLAN_RECORDED: lambda facts, entry: ("plan", "Monitoring plan recorded", ""),
    EventType.CONSUMER_DECLARED: _consumer,
    EventType.VERSION_REGISTERED: _registered,
    EventType.VERSION_ASSESSED: _assessed,
    EventType.VERDICTS_RECORDED: _assessed,
    EventType.VERSION_REJECTED: _reasoned("rejected", "Rejected"),
    EventType.VERSION_EXPIRED: _reasoned("expired", "Approval expired"),
    EventType.VERSION_REVOKED: _reasoned("revoked", "Approval revoked"),
    EventType.VALIDATION_CONCLUDED: _validated,
    EventType.FINDING_OPENED: _finding("opened"),
    EventType.FINDING_ANSWERED: _finding("answered"),
    EventType.FINDING_DISPUTED: _finding("disputed"),
    EventType.FINDING_CLOSED: _finding("closed"),
    EventType.WAIVER_REQUESTED: _waiver("requested"),
    EventType.WAIVER_GRANTED: _waiver("granted"),
    EventType.WAIVER_REFUSED: _waiver("refused"),
    EventType.WAIVER_REVOKED: _waiver("revoked"),
    EventType.WAIVER_EXPIRED: _waiver("expired"),
    EventType.APPROVAL_REQUESTED: _requested,
    EventType.APPROVAL_DECIDED: _decided,
    EventType.APPROVAL_EXPIRED: _reasoned("expired", "Request expired"),
    EventType.APPROVAL_WITHDRAWN: _reasoned("expired", "Request withdrawn"),
    EventType.DEPLOYMENT_COMPLETED: _deployed,
    EventType.DEPLOYMENT_ROLLED_BACK: _rolled_back,
    EventType.DEPLOYMENT_SUSPENDED: _ended("suspended", "Suspended"),
    EventType.DEPLOYMENT_ENDED: _ended("ended", "Stopped serving"),
    EventType.DEPLOYMENT_RATIFIED: _ended("ratified", "Ratified"),
    EventType.OPERATION_UNDONE: _reasoned("undone", "Operation undone: the former version came back"),
    EventType.ALERT_ACKNOWLEDGED: _alert("acknowledged"),
    EventType.ALERT_SNOOZED: _alert("snoozed"),
    EventType.ALERT_DISMISSED: _alert("dismissed as false"),
    EventType.ALERT_CONFIRMED: _alert("confirmed"),
    EventType.INCIDENT_OPENED: _incident("opened"),
    EventType.INCIDENT_ESCALATED: _incident("escalated"),
    EventType.INCIDENT_RESOLVED: _incident("resolved"),
    EventType.REVIEW_OPENED: _reasoned("review", "Review opened"),
    EventType.REVIEW_COMPLETED: _reasoned("review", "Review completed"),
    EventType.RETIREMENT_OPENED: _retirement("retiring", "Retirement opened"),
    EventType.RETIREMENT_NOTICED: _retirement("notice", "Notice given"),
    EventType.RETIREMENT_ANSWERED: _retirement("notice", "Answered"),
    EventType.RETIREMENT_SILENCE_ACCEPTED: _retirement("notice", "Silence accepted"),
    EventType.RETIREMENT_PLANNED: _retirement("notice", "Transition planned"),
    EventType.RETIREMENT_APPROVED: _retirement("notice", "Retirement approved"),
    EventType.RETIREMENT_SUNSET: _retirement("sunset", "Sunset reached"),
    EventType.RETIREMENT_TRAFFIC_CHECKED: _retirement("notice", "Traffic checked"),
    EventType.RETIREMENT_WITHDRAWN: _retirement("retired", "Withdrawn from serving"),
    EventType.RETIREMENT_ARCHIVED: _retirement("archived", "Archived"),
    EventType.COMMAND_REFUSED: _refused,
}
