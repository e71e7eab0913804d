"""The form of a validator asks whether a version is fit, and shows facts, verdicts, findings and metrics."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.queries.version_snapshot import validation_snapshot
from data.records.review import VerdictSet
from data.records.verdict import Judgement, Passed, Unproven
from data.registry.commands.review import OpenFinding
from tests.world import World
from views.forms.objection import NO_OBJECTION, Objection
from views.forms.validation_form import describe_validation

PASSED = Judgement(control="A-1", gate="a", criterion="auc", verdict=Passed(because="0.7"))
UNPROVEN = Judgement(control="A-2", gate="a", criterion="log", verdict=Unproven(missing="a log", remedy="keep it"))


@pytest.fixture(autouse=True)
def no_evidence_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELWARD_EVIDENCE_URL", raising=False)


def form(world: World, version: str, *judgements: Judgement, objection: Objection = NO_OBJECTION) -> str:
    verdicts = world.get(VerdictSet, world.judge(version, "assess", *judgements))
    return describe_validation(validation_snapshot(world.registry, version, world.now), verdicts, objection)


def test_the_question_and_the_number_of_verdicts_come_first(world: World) -> None:
    lines = form(world, world.measured(), PASSED).splitlines()
    assert lines[0] == "### Is ops/delay v1 fit for its purpose?"
    assert lines[2] == "**All 1 criteria passed.**"


def test_the_facts_name_who_can_conclude_and_the_uses_of_the_model(world: World) -> None:
    text = form(world, world.measured(), PASSED)
    assert "| All evidence | `modelward report ops/delay/1` |" in text
    assert "| Can conclude now | vera |" in text
    assert "| Intended uses | “planning” |" in text


def test_a_model_without_prohibited_uses_has_a_dash_there(world: World) -> None:
    world.model(prohibited_uses=())
    assert "| Prohibited uses | – |" in form(world, world.measured(), PASSED)


def test_criteria_not_passed_come_first_then_findings_then_metrics_then_criteria_passed(world: World) -> None:
    version = world.measured()
    until = world.now + timedelta(days=9)
    world.do(OpenFinding(version=version, severity="low", title="odd", text="t", owner="dev", due_at=until), by="vera")
    text = form(world, version, PASSED, UNPROVEN)
    parts = [
        "#### Not passed",
        "| **unproven** |",
        "#### Findings and waivers",
        "| auc |",
        "<summary>1 passed</summary>",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_an_objection_comes_before_the_question(world: World) -> None:
    text = form(world, world.measured(), PASSED, objection=Objection("say what you tested", "fill in the scope"))
    assert text.startswith("**⚠ Not accepted, please answer again:** say what you tested\n")
