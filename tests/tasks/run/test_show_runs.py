"""What runs show of gates, votes, deployments, calibration and reports: all of it, the worst first, text escaped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.review import VerdictSet
from data.records.verdict import Failed, Judgement, Passed
from monitoring.score_groups import ScoreGroup
from tasks.approve.show_decisions import decision_lines
from tasks.deploy.show_deployment import deployment_lines
from tasks.maintain.show_report import report_lines
from tasks.retire.show_retirement import step_line
from tasks.validate.show_gates import gate_lines
from tasks.validate.show_performance import calibration_lines
from tests.operations import deploy, roll_back
from tests.world import MODEL, World

HOSTILE = "no | ![x](http://evil.example)\n| approve |"
INERT = r"no \| \!\[x\]\(http:<!-- -->//evil.example\) \| approve \|"


@pytest.fixture
def held(world: World) -> Iterator[World]:
    with world.registry.store.session():
        yield world


def test_gates_are_shown_with_standards_and_evidence(held: World) -> None:
    failed = Judgement(control="B", gate="b", criterion="c", verdict=Failed(reason=HOSTILE, remedy=""))
    passed = Judgement(control="A", gate="a", criterion="c", verdict=Passed(because="0.7"))
    row = held.get(VerdictSet, held.judge(held.measured(), "assess", passed, failed))
    lines = gate_lines(row, "ops/delay v1")
    figures = row.evidence_digest.removeprefix("sha256:")
    digest = f"`sha256:{figures[:16]}` `{figures[16:32]}` `{figures[32:48]}` `{figures[48:]}`"
    assert lines[2] == "**1 failed, 1 passed** of 2 criteria"
    assert lines[4] == f"Verdict set 1, under baseline<!-- -->@1, on {digest}"
    assert lines.index(f"| **failed** | B | b: c | {INERT} |") < lines.index("| passed | A | a: c | 0.7 |")


def test_a_vote_is_shown_with_its_person_and_proof(held: World) -> None:
    request = held.requested()
    held.decide(request, "alma", "reject", comment=HOSTILE)
    ended = held.get(ApprovalRequest, request.key)
    lines = decision_lines(ended, held.find(Vote, request=request.key))
    assert lines[0] == f"### Request to deploy ops/delay v1: rejected: “{INERT}”"
    assert lines[-1] == f"| {held.now:%Y-%m-%d %H:%M} | Alma (alma) | approver | **reject** | totp | “{INERT}” |"


def test_a_request_without_votes_says_so(held: World) -> None:
    assert decision_lines(held.requested(), [])[-1] == "Nobody has voted."


def test_a_deployment_is_shown_with_its_history(held: World) -> None:
    first = deploy(held, held.approved())
    held.move(days=1)
    deploy(held, held.approved(held.validated(held.version())), "op-2")
    held.move(days=1)
    now = roll_back(held, first.version)
    lines = deployment_lines(now, held.find(Deployment, model=MODEL))
    assert "| Because | “it drifted” |" in lines
    assert any(line.startswith("| To be ratified by | ") for line in lines)
    stays = [line.split(" | ")[0] for line in lines if line.startswith("| ops/delay v")]
    assert stays == ["| ops/delay v1", "| ops/delay v2", "| ops/delay v1"]


def test_calibration_is_shown_as_picture_and_table() -> None:
    groups = [ScoreGroup(0.1, 0.1, 0.05, 0.15, 100), ScoreGroup(0.4, 0.2, 0.15, 0.25, 100)]
    lines = calibration_lines(groups)
    assert [line for line in lines if line.startswith("![Share that came true")]
    assert lines[-1] == "| 0.4000 | 0.2000 | 0.1500 to 0.2500 | 100 |"
    assert calibration_lines([]) == []


def test_a_report_begins_with_failures() -> None:
    report = {"reminders": ["olga reminded"], "failed": [HOSTILE], "approvals": []}
    assert report_lines("review", report, "1 done, 1 failed")[:6] == [
        *("### review: 1 done, 1 failed", "", "#### failed", "", f"- {INERT}", ""),
    ]
    assert report_lines("review", {"a": []}, "") == ["### review: nothing was due"]


def test_entries_beyond_the_limit_are_only_counted() -> None:
    lines = report_lines("review", {"a": ["x"] * 1_234}, "1234 done")
    assert (len(lines), lines[-1]) == (105, "- and 1,134 more")


def test_the_present_step_of_a_retirement_is_bold() -> None:
    assert step_line("quiet").endswith("sunset → **quiet** → withdrawn → archived")
