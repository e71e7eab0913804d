"""The form of an emergency release shows the meaning of the signature, who can release, and when the release ends."""

from __future__ import annotations

import pytest

from data.queries.release_snapshot import release_snapshot
from data.records.person import Role
from data.records.review import VerdictSet
from data.records.verdict import Failed, Judgement, Passed
from gates.oversight import EmergencyRule
from tests.operations import deploy
from tests.world import World
from views.forms.objection import NO_OBJECTION, Objection
from views.forms.release_form import MEANING, describe_release

RULE = EmergencyRule(
    release_roles=(Role.OPERATOR, Role.RISK_ACCEPTOR), ratify_hours=24, ratify_roles={Role.APPROVER: 2},
    standing_days=14, rationale="an outage costs more than a late review",
)  # fmt: skip
PASSED = Judgement(control="A-1", gate="a", criterion="bytes", verdict=Passed(because="same digest"))
FAILED = Judgement(control="A-2", gate="a", criterion="auc", verdict=Failed(reason="0.5", remedy="train again"))


@pytest.fixture(autouse=True)
def no_evidence_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELWARD_EVIDENCE_URL", raising=False)


def form(world: World, version: str, *judgements: Judgement, objection: Objection = NO_OBJECTION) -> str:
    verdicts = world.get(VerdictSet, world.judge(version, "emergency", *judgements))
    shown = release_snapshot(world.registry, version, "production", "champion", RULE.release_roles, world.now)
    return describe_release(shown, verdicts, "planning | again", RULE, objection)


def test_the_question_and_the_meaning_of_the_signature_come_first(world: World) -> None:
    lines = form(world, world.version(), PASSED).splitlines()
    assert lines[0] == "### Release ops/delay v1 to production, champion, in an emergency?"
    assert lines[2] == MEANING
    assert lines[4] == "Of the criteria that apply in an emergency too: **All 1 criteria passed.**"


def test_the_facts_name_who_can_release_and_when_the_release_ends(world: World) -> None:
    text = form(world, world.version(), PASSED)
    assert "| Can release now | otto, rita |" in text
    ends = "after 24 hours unless ratified by 2 × approver; once ratified, after 14 days"
    assert f"| Ends | {ends} |" in text
    assert r"| Use | “planning \| again” |" in text
    assert "| Serving there now | nothing |" in text


def test_the_version_that_serves_in_the_slot_is_named(world: World) -> None:
    deploy(world, world.approved())
    assert "| Serving there now | ops/delay v1 |" in form(world, world.version(), PASSED)


def test_criteria_not_passed_come_before_criteria_passed(world: World) -> None:
    text = form(world, world.version(), PASSED, FAILED)
    assert (
        text.index("#### Not passed") < text.index("| **failed** | A-2 |") < text.index("<summary>1 passed</summary>")
    )


def test_an_objection_comes_before_the_question(world: World) -> None:
    text = form(world, world.version(), PASSED, objection=Objection("the code is wrong", "type it again"))
    assert text.startswith("**⚠ Not accepted, please answer again:** the code is wrong\n")
    assert text.index("type it again") < text.index("### Release")
