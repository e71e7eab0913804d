"""Judges every event again, in order, against the rows folded from the events before it.

Each event type has a judge, or a reason why its shape (`shapes.py`) is all that can be judged. An event that a correct
writer could not have written is a finding with its number. After a finding the rows are folded as the event states
them, so that a later event is judged by the log and not by what should have been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.judges import (
    alerts,
    attestations,
    deployments,
    incidents,
    operations,
    proofs,
    requests,
    retirements,
    reviews,
    roster,
    versions,
    votes,
)
from data.audit.verifier.judges.case import Case, ImpossibleEventError
from data.audit.verifier.judges.moment import JudgementTime
from data.audit.verifier.judges.rows import FoldedRows
from data.audit.verifier.judges.shapes import check_shape
from data.audit.verifier.report import Findings

Judge = Callable[[Case], None]

KNOWN_RULES = range(1, 7)
"""The rules numbers by which this verifier can judge. An event names the rules that its writer applied."""

JUDGES: Mapping[str, Judge] = {
    "person.added": roster.judge_added,
    "person.enrolled": roster.judge_enrolled,
    "person.revoked": roster.judge_revoked,
    "role.granted": roster.judge_granted,
    "role.ended": roster.judge_role_ended,
    "credential.attempted": proofs.judge_attempt,
    "credential.used": proofs.judge_used,
    "standard.adopted": roster.judge_adopted,
    "model.registered": versions.judge_model_registered,
    "model.amended": versions.judge_model_amended,
    "version.registered": versions.judge_version_registered,
    "evidence.recorded": versions.judge_evidence_recorded,
    "version.assessed": versions.judge_verdicts,
    "verdicts.recorded": versions.judge_verdicts,
    "version.rejected": versions.judge_version_moved,
    "version.expired": versions.judge_version_moved,
    "version.revoked": versions.judge_version_moved,
    "validation.concluded": reviews.judge_validation,
    "finding.opened": reviews.judge_finding_opened,
    "finding.answered": reviews.judge_finding_answered,
    "finding.disputed": reviews.judge_finding_disputed,
    "finding.closed": reviews.judge_finding_closed,
    "waiver.requested": reviews.judge_waiver_requested,
    "waiver.granted": reviews.judge_waiver_decided,
    "waiver.refused": reviews.judge_waiver_decided,
    "waiver.revoked": reviews.judge_waiver_revoked,
    "waiver.expired": reviews.judge_waiver_expired,
    "review.completed": reviews.judge_review_completed,
    "approval.requested": requests.judge_requested,
    "approval.decided": votes.judge_decided,
    "approval.expired": requests.judge_expired,
    "approval.withdrawn": requests.judge_withdrawn,
    "operation.begun": operations.judge_begun,
    "operation.undone": operations.judge_undone,
    "deployment.completed": deployments.judge_completed,
    "deployment.rolled_back": deployments.judge_rolled_back,
    "deployment.suspended": deployments.judge_suspended,
    "deployment.ended": deployments.judge_ended,
    "deployment.ratified": operations.judge_ratified,
    "monitoring.recorded": alerts.judge_monitoring,
    "alert.acknowledged": alerts.judge_answered,
    "alert.snoozed": alerts.judge_answered,
    "alert.dismissed": alerts.judge_answered,
    "alert.confirmed": alerts.judge_answered,
    "backup.pruned": attestations.judge_pruned,
    "incident.opened": incidents.judge_opened,
    "incident.escalated": incidents.judge_escalated,
    "incident.resolved": incidents.judge_resolved,
    "retirement.opened": retirements.judge_opened,
    "retirement.noticed": retirements.judge_planning,
    "retirement.answered": retirements.judge_planning,
    "retirement.silence_accepted": retirements.judge_planning,
    "retirement.planned": retirements.judge_planning,
    "retirement.approved": retirements.judge_approved,
    "retirement.sunset": retirements.judge_sunset,
    "retirement.traffic_checked": retirements.judge_traffic,
    "retirement.withdrawn": retirements.judge_withdrawn,
    "retirement.archived": retirements.judge_archived,
}
"""Maps each event type that is judged to its judge."""

SHAPE_ONLY: Mapping[str, str] = {
    "log.created": "its keys, clock and schema are checked with those of the log",
    "log.key_rotated": "its signatures are checked with the keys of the log",
    "log.migrated": "its schema is checked with that of the log",
    "log.attested": "it repeats what this verification checks",
    "log.recovered": "it changes nothing in the registry",
    "command.refused": "it changes nothing",
    "test_plan.recorded": "anybody may record a plan; it cannot be changed afterwards",
    "monitoring_plan.recorded": "anybody may record a plan; it cannot be changed afterwards",
    "consumer.declared": "anybody may declare a consumer",
    "review.opened": "it only asks for a review",
    "pii.erased": "no command of this version writes it",
}
"""Maps each event type without a judge to the reason why its shape is all that is checked."""

PEOPLE = "person"
"""The table without which a log has no roster, so that none of its decisions can be judged."""


class Judging:
    """Judges the events of one log; `judged` is the number of events to which a judge was applied."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._state = FoldedRows()
        self._recorded_at = ""
        self.judged = 0

    def judge(self, seq: int, event: ParsedEvent, origin: str, is_replay: bool) -> None:
        """Judge one event, add a finding if a correct writer could not have written it, and fold its rows."""
        former, self._recorded_at = self._recorded_at, event["recorded_at"]
        moment = JudgementTime(event, former, is_replay and seq > 0)
        what = ""
        try:
            self._judge(Case(event, self._state, moment, origin))
        except ImpossibleEventError as impossible:
            what = f"no correct writer writes this {event['type']}: {impossible}"
        except Exception as broken:  # noqa: BLE001 - values of other types than a writer gives make it impossible too
            what = f"no correct writer writes this {event['type']}: {type(broken).__name__}: {broken}"
        if what:
            self._findings.add(what, seq=seq)
        for image in event["rows"]:
            try:
                self._state.fold(image)
            except Exception as broken:  # noqa: BLE001 - the same
                self._findings.add(f"a row image cannot be read: {type(broken).__name__}: {broken}", seq=seq)

    def _judge(self, case: Case) -> None:
        known = f"{KNOWN_RULES[0]} to {KNOWN_RULES[-1]}"
        case.require(
            case.rules in KNOWN_RULES, f"it names the rules {case.rules}; this verifier knows the rules {known}"
        )
        check_shape(case)
        judge = JUDGES.get(case.type)
        if judge is not None:
            judge(case)
            self.judged += 1
        case.require(case.proven == (case.auth == "totp"), f"{case.actor} is identified by {case.auth} without a code")
