"""Verdicts on the present evidence, recorded once in each run."""

from __future__ import annotations

import logging

import pytest

from data.records.approval import ApprovalRequest
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from gates.control import Stage
from tasks.validate import show_gates
from tasks.validate.judge_version import is_assessed, judge_version
from tests.judged_model import DEV, USE, V1, adopt, assessed_version, standard_text
from tests.world import World


def judged_for(world: World, stage: Stage, run: str, request: ApprovalRequest | None = None) -> VerdictSet:
    found: VerdictSet = judge_version.fn(V1, stage, "production", USE, RunContext(DEV, world.now, run), request)
    return found


def test_verdicts_state_standards_evidence_and_champion(judged: World) -> None:
    verdicts = assessed_version(judged)
    assert (verdicts.standards, verdicts.champion, verdicts.cleared) == (("standards/baseline/2",), None, True)
    assert verdicts.evidence_digest == judged.digest(V1)
    assert verdicts.judged_at == judged.now
    assert {one.standard for one in verdicts.judgements} == {"baseline 2"}


def test_an_unmeasured_version_is_unproven_and_assessed(judged: World) -> None:
    verdicts = judged_for(judged, "assess", "run-v")
    assert not verdicts.cleared
    assert judged.get(Version, V1).review_state is ReviewState.ASSESSED


def test_the_same_run_judges_the_same_evidence_once(judged: World) -> None:
    first, events = assessed_version(judged), len(judged.events())
    assert judged_for(judged, "assess", "run-v") == first
    assert len(judged.events()) == events
    assert judged_for(judged, "assess", "run-w").number == 2


def test_a_run_finds_its_verdicts_after_a_conclusion(validated: World, caplog: pytest.LogCaptureFixture) -> None:
    (first,) = validated.find(VerdictSet)
    with caplog.at_level(logging.INFO, logger="tasks.run.take_steps"):
        assert judged_for(validated, "assess", "run-v") == first
    assert caplog.messages == [f"read recorded verdicts on 3 criteria: 3 passed verdicts={first.key} stage=assess"]
    assert validated.get(Version, V1).review_state is ReviewState.VALIDATED


def test_another_run_judges_again_and_needs_a_new_conclusion(validated: World) -> None:
    judged_for(validated, "assess", "run-w")
    assert validated.get(Version, V1).review_state is ReviewState.ASSESSED


def test_each_judgement_of_a_run_is_shown_under_its_own_title(judged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []
    monkeypatch.setattr(show_gates, "create_prefect_artifact", lambda kind, *_: titles.append(kind))
    judged_for(judged, "assess", "run-v")
    judged_for(judged, "approve", "run-v")
    judged_for(judged, "assess", "run-w")
    adopt(judged, standard_text(version=3))
    judged_for(judged, "assess", "run-v")
    assert titles == ["gates-assess", "gates-approve", "gates-assess", "gates-assess-2"]


RUNS = {"run-v": True, "run-w": False, "": False}


@pytest.mark.parametrize(("run", "known"), RUNS.items())
def test_only_the_assessing_run_finds_itself_assessed(validated: World, run: str, known: bool) -> None:
    assert is_assessed(V1, run) is known


def test_a_new_version_is_not_assessed(judged: World) -> None:
    assert not is_assessed(V1, "run-v")


def test_votes_are_judged_by_the_standard_of_the_request(validated: World) -> None:
    verdicts = judged_for(validated, "approve", "run-d")
    request = validated.requested(V1, verdict_set=verdicts.key, standards_digest=verdicts.standards_digest, use=USE)
    adopt(validated, standard_text(version=3, approvers=3))
    for person in ("alma", "axel"):
        validated.decide(request, person)
    approved = validated.get(ApprovalRequest, request.key)
    assert judged_for(validated, "deploy", "run-d", approved).standards == ("standards/baseline/2",)
    assert judged_for(validated, "approve", "run-e").standards == ("standards/baseline/3",)
