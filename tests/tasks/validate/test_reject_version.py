"""After the verdicts the flow continues, rejects with reasons, or refuses until evidence exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import GateRefusedError
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.verdict import Failed, Judgement, Passed, Unproven
from data.records.version import ReviewState, Version
from data.registry.commands.review import RequestWaiver
from tasks.validate.reject_version import refuse_unless_cleared, reject_or_refuse
from tests.judged_model import DEV, V1, assessed_version
from tests.world import World

PASSED = Judgement(control="A-1", gate="a", criterion="x", verdict=Passed(because="0.7"))
FAILED = Judgement(control="B-1", gate="b", criterion="y", verdict=Failed(reason="0.4 < 0.6", remedy="train longer"))
UNPROVEN = Judgement(control="C-1", gate="c", criterion="z", verdict=Unproven(missing="a log", remedy="keep a log"))


def with_judgements(world: World, *judgements: Judgement) -> VerdictSet:
    return assessed_version(world).model_copy(update={"judgements": judgements})


def state_of(world: World) -> tuple[ReviewState, str]:
    row = world.get(Version, V1)
    return row.review_state, row.state_reason


def test_cleared_verdicts_return_the_approval_demand(judged: World) -> None:
    demand = reject_or_refuse(assessed_version(judged), RunContext(DEV, judged.now, "run-v"))
    assert [(one.role, one.count) for one in demand.roles] == [("approver", 2)]
    assert (demand.request_days, demand.approval_days, demand.validator) == (7, 90, True)


def test_a_failed_gate_rejects_with_reason_and_remedy_however_often_the_step_runs(judged: World) -> None:
    verdicts = with_judgements(judged, PASSED, FAILED, UNPROVEN)
    for _ in range(2):
        with pytest.raises(GateRefusedError, match=r"B-1 \(b, y\): 0\.4 < 0\.6\n.*C-1") as refused:
            reject_or_refuse(verdicts, RunContext(DEV, judged.now, "run-v"))
        assert refused.value.remedy == "train longer; keep a log"
    assert state_of(judged) == (ReviewState.REJECTED, "B-1 (b, y): 0.4 < 0.6")
    assert len(judged.events("version.rejected")) == 1
    assert judged.events("command.refused") == []


def test_an_unproven_gate_leaves_the_version_assessed(judged: World) -> None:
    verdicts = with_judgements(judged, UNPROVEN)
    with pytest.raises(GateRefusedError, match="unproven, a log"):
        reject_or_refuse(verdicts, RunContext(DEV, judged.now, "run-v"))
    assert state_of(judged) == (ReviewState.ASSESSED, "")


def test_a_failed_gate_with_a_requested_waiver_does_not_reject(judged: World) -> None:
    until = judged.now + timedelta(days=9)
    judged.do(RequestWaiver(version=V1, control="B-1", reason="a known fault", expires_at=until))
    verdicts = with_judgements(judged, FAILED)
    with pytest.raises(GateRefusedError, match="B-1"):
        reject_or_refuse(verdicts, RunContext(DEV, judged.now, "run-v"))
    assert state_of(judged) == (ReviewState.ASSESSED, "")


def test_an_empty_verdict_set_is_refused(judged: World) -> None:
    with pytest.raises(GateRefusedError, match="no control applies"):
        refuse_unless_cleared(with_judgements(judged))


def test_waived_and_unenforced_controls_are_cleared(judged: World) -> None:
    waived = FAILED.model_copy(update={"waived_by": f"{V1}/waivers/1"})
    refuse_unless_cleared(with_judgements(judged, PASSED, waived, FAILED.model_copy(update={"mode": "warn"})))
