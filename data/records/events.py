"""The event types of the audit log. The list only ever grows, and a stored type keeps its meaning."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """The type of an event, as `subject.action`, in the order in which the types were introduced."""

    LOG_CREATED = "log.created"
    LOG_KEY_ROTATED = "log.key_rotated"
    LOG_ATTESTED = "log.attested"
    COMMAND_REFUSED = "command.refused"
    PERSON_ADDED = "person.added"
    PERSON_ENROLLED = "person.enrolled"
    PERSON_REVOKED = "person.revoked"
    ROLE_GRANTED = "role.granted"
    ROLE_ENDED = "role.ended"
    CREDENTIAL_ATTEMPTED = "credential.attempted"
    STANDARD_ADOPTED = "standard.adopted"
    MODEL_REGISTERED = "model.registered"
    MODEL_AMENDED = "model.amended"
    TEST_PLAN_RECORDED = "test_plan.recorded"
    MONITORING_PLAN_RECORDED = "monitoring_plan.recorded"
    CONSUMER_DECLARED = "consumer.declared"
    VERSION_REGISTERED = "version.registered"
    EVIDENCE_RECORDED = "evidence.recorded"
    VERSION_ASSESSED = "version.assessed"
    VALIDATION_CONCLUDED = "validation.concluded"
    VERSION_REJECTED = "version.rejected"
    VERSION_EXPIRED = "version.expired"
    VERSION_REVOKED = "version.revoked"
    FINDING_OPENED = "finding.opened"
    FINDING_ANSWERED = "finding.answered"
    FINDING_DISPUTED = "finding.disputed"
    FINDING_CLOSED = "finding.closed"
    WAIVER_REQUESTED = "waiver.requested"
    WAIVER_GRANTED = "waiver.granted"
    WAIVER_REFUSED = "waiver.refused"
    WAIVER_REVOKED = "waiver.revoked"
    WAIVER_EXPIRED = "waiver.expired"
    VERDICTS_RECORDED = "verdicts.recorded"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_DECIDED = "approval.decided"
    APPROVAL_EXPIRED = "approval.expired"
    APPROVAL_WITHDRAWN = "approval.withdrawn"
    OPERATION_BEGUN = "operation.begun"
    OPERATION_UNDONE = "operation.undone"
    DEPLOYMENT_COMPLETED = "deployment.completed"
    DEPLOYMENT_ROLLED_BACK = "deployment.rolled_back"
    DEPLOYMENT_SUSPENDED = "deployment.suspended"
    DEPLOYMENT_ENDED = "deployment.ended"
    DEPLOYMENT_RATIFIED = "deployment.ratified"
    MONITORING_RECORDED = "monitoring.recorded"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_SNOOZED = "alert.snoozed"
    ALERT_DISMISSED = "alert.dismissed"
    ALERT_CONFIRMED = "alert.confirmed"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_ESCALATED = "incident.escalated"
    INCIDENT_RESOLVED = "incident.resolved"
    REVIEW_OPENED = "review.opened"
    REVIEW_COMPLETED = "review.completed"
    RETIREMENT_OPENED = "retirement.opened"
    RETIREMENT_NOTICED = "retirement.noticed"
    RETIREMENT_ANSWERED = "retirement.answered"
    RETIREMENT_SILENCE_ACCEPTED = "retirement.silence_accepted"
    RETIREMENT_PLANNED = "retirement.planned"
    RETIREMENT_APPROVED = "retirement.approved"
    RETIREMENT_SUNSET = "retirement.sunset"
    RETIREMENT_TRAFFIC_CHECKED = "retirement.traffic_checked"
    RETIREMENT_WITHDRAWN = "retirement.withdrawn"
    RETIREMENT_ARCHIVED = "retirement.archived"
    PII_ERASED = "pii.erased"
    LOG_MIGRATED = "log.migrated"
    LOG_RECOVERED = "log.recovered"
    BACKUP_PRUNED = "backup.pruned"
    CREDENTIAL_USED = "credential.used"


DECISIONS = frozenset(
    {
        EventType.LOG_CREATED,
        EventType.LOG_KEY_ROTATED,
        EventType.LOG_ATTESTED,
        EventType.LOG_MIGRATED,
        EventType.LOG_RECOVERED,
        EventType.BACKUP_PRUNED,
        EventType.PERSON_ENROLLED,
        EventType.ROLE_GRANTED,
        EventType.ROLE_ENDED,
        EventType.PERSON_REVOKED,
        EventType.STANDARD_ADOPTED,
        EventType.VALIDATION_CONCLUDED,
        EventType.VERSION_REJECTED,
        EventType.VERSION_REVOKED,
        EventType.WAIVER_GRANTED,
        EventType.WAIVER_REVOKED,
        EventType.APPROVAL_DECIDED,
        EventType.OPERATION_BEGUN,
        EventType.DEPLOYMENT_COMPLETED,
        EventType.DEPLOYMENT_ROLLED_BACK,
        EventType.DEPLOYMENT_SUSPENDED,
        EventType.DEPLOYMENT_ENDED,
        EventType.DEPLOYMENT_RATIFIED,
        EventType.RETIREMENT_APPROVED,
        EventType.RETIREMENT_WITHDRAWN,
        EventType.RETIREMENT_ARCHIVED,
    }
)
"""Events after which systems outside may change: their checkpoint is anchored before the command is acknowledged."""
