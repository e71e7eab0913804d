"""What the demo's people enter into the forms of waiting runs, read off the registry at that moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from data.queries.rows import rows
from data.records.approval import ApprovalRequest
from data.records.review import Finding, Severity
from data.registry.approvals import tail
from data.registry.commands.review import AnswerFinding, CloseFinding, OpenFinding
from modelward.demo.desk import Answer
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory

WRONG_CODE = "000000"


def signs(stage: Scenario, person: str, version: str, told: PrintedStory, **changes: Any) -> Answer:
    """An approver reads the request and approves; `changes` says otherwise."""

    def answer() -> dict[str, Any]:
        request = pending(stage, version)
        code = changes.get("code") or stage.code_at(person, stage.now)
        decision = changes.get("decision", "approve")
        told.say(f"{person} answers: {decision}{' with a wrong code' if code == WRONG_CODE else ''}", stage.now)
        return {
            "person": person,
            "role": changes.get("role", "approver"),
            "decision": decision,
            "confirm": tail(request.request_digest),
            "code": code,
            "meaning": "I read the evidence and answer for its use",
        }

    return answer


def concludes(stage: Scenario, told: PrintedStory, scope: str, limitations: str) -> Answer:
    """The validator concludes that the version is fit."""

    def answer() -> dict[str, Any]:
        told.say(f"vera concludes: fit, within limits ({limitations})", stage.now)
        return {
            "person": "vera",
            "conclusion": "fit",
            "scope": scope,
            "limitations": limitations,
            "competence": "fifteen years of validating forecasting models, none of them her own",
            "code": stage.code_at("vera", stage.now),
        }

    return answer


def raise_a_finding(stage: Scenario, version: str, told: PrintedStory) -> None:
    """The validator reads what was handed in and raises a finding; its owner answers, a colleague closes it."""
    raised = stage.do(
        OpenFinding(
            version=version,
            severity=Severity.HIGH,
            title="Air pressure is missing in bad weather",
            text="A fifth of the rows of a bad week have no pressure. Show that the score is usable on them.",
            owner="dana",
            due_at=stage.now + timedelta(days=14),
        ),
        by="vera",
    )
    finding = raised.row(Finding)
    told.say(f"vera raises finding {finding.number} ({finding.severity}): {finding.title}", stage.now)
    reply = "Trees send missing values down a branch of their own; the held-out figures include those rows."
    stage.do(AnswerFinding(key=finding.key, answer=reply), by="dana")
    told.say(f"dana answers it: {reply}", stage.now)
    stage.do(CloseFinding(key=finding.key, proof=stage.proof("viktor")), by="viktor")
    told.say("viktor, a second validator, closes it", stage.now)


def pending(stage: Scenario, version: str) -> ApprovalRequest:
    """The newest request on a version."""
    return [one for one in rows(stage.registry, ApprovalRequest) if one.subject.startswith(version)][-1]
