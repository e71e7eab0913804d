"""Make the answers of the demo's people to the forms of waiting runs, from the registry at that moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from data.queries.rows import rows
from data.records.approval import ApprovalRequest
from data.records.review import Finding, Severity
from data.registry.approvals import tail
from data.registry.commands.review import AnswerFinding, CloseFinding, OpenFinding
from modelward.demo.form_responder import Answer
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory

WRONG_CODE = "000000"


def vote(scenario: Scenario, person: str, version: str, story: PrintedStory, **changes: Any) -> Answer:
    """Return the answer of a person who votes on the latest request: an approval, unless `changes` says otherwise."""

    def answer() -> dict[str, Any]:
        request = latest_request(scenario, version)
        code = changes.get("code") or scenario.code_at(person, scenario.now)
        decision = changes.get("decision", "approve")
        story.say(f"{person} votes: {decision}{', with a wrong code' if code == WRONG_CODE else ''}", scenario.now)
        return {
            "person": person,
            "role": changes.get("role", "approver"),
            "decision": decision,
            "confirm": tail(request.request_digest),
            "code": code,
            "meaning": "I have read the evidence and approve its use",
        }

    return answer


def conclude(scenario: Scenario, story: PrintedStory, scope: str, limitations: str) -> Answer:
    """Return the answer of the validator vera, who concludes that the version is fit."""

    def answer() -> dict[str, Any]:
        story.say(f"vera concludes: fit for use, with limitations ({limitations})", scenario.now)
        return {
            "person": "vera",
            "conclusion": "fit",
            "scope": scope,
            "limitations": limitations,
            "competence": "fifteen years of validating forecasting models, none of them her own",
            "code": scenario.code_at("vera", scenario.now),
        }

    return answer


def raise_finding(scenario: Scenario, version: str, story: PrintedStory) -> None:
    """Let the validator raise a finding, the developer answer it, and a second validator close it."""
    raised = scenario.do(
        OpenFinding(
            version=version,
            severity=Severity.HIGH,
            title="Air pressure is missing in bad weather",
            text="A fifth of the rows of a bad week have no pressure. Show that the score is usable on them.",
            owner="dana",
            due_at=scenario.now + timedelta(days=14),
        ),
        by="vera",
    )
    finding = raised.row(Finding)
    story.say(f"vera raises finding {finding.number} ({finding.severity}): {finding.title}", scenario.now)
    reply = "The trees have a branch for missing values; the held-out figures include those rows."
    scenario.do(AnswerFinding(key=finding.key, answer=reply), by="dana")
    story.say(f"dana answers it: {reply}", scenario.now)
    scenario.do(CloseFinding(key=finding.key, proof=scenario.proof("viktor")), by="viktor")
    story.say("viktor, a second validator, closes it", scenario.now)


def latest_request(scenario: Scenario, version: str) -> ApprovalRequest:
    """Return the latest request on a version."""
    return [one for one in rows(scenario.registry, ApprovalRequest) if one.subject.startswith(version)][-1]
