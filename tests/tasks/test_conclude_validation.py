"""A validator's conclusion: on the evidence as it stands, independent, under a code of their own."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.review import Validation, VerdictSet
from data.records.version import ReviewState, Version
from tasks.conclude_validation import await_conclusion
from tests.judged_model import V1, assessed_version
from tests.tasks.waiting_room import Values, WaitingRoom
from tests.world import World


@pytest.fixture
def verdicts(judged: World) -> VerdictSet:
    return assessed_version(judged)


def says(world: World, who: str = "vera", **changes: Any) -> Values:
    told = {"person": who, "conclusion": "fit", "scope": "all", "limitations": "a year", "competence": "long"}
    return lambda: {**told, "code": world.phone(who).at(world.now), **changes}


CONCLUSIONS = {
    "fit": ReviewState.VALIDATED,
    "fit with conditions": ReviewState.VALIDATED,
    "not fit": ReviewState.REJECTED,
}


@pytest.mark.parametrize(("conclusion", "state"), CONCLUSIONS.items())
def test_the_conclusion_moves_the_version(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch, conclusion: str, state: ReviewState
) -> None:
    room = WaitingRoom(monkeypatch, says(judged, conclusion=conclusion, changes_caused="a new feature"))
    assert await_conclusion(verdicts, 7, judged.now, "run-v").review_state is state
    (row,) = judged.find(Validation, version=V1)
    assert (row.validator, row.scope, row.changes_caused) == ("vera", "all", "a new feature")
    assert [(one.key, one.seconds) for one in room.asked] == [("gate-validation-1", 7 * 86_400)]


REFUSED = {
    "who submitted it": ("dev", {}, "dev submitted"),
    "who is no validator": ("axel", {}, "axel is no validator"),
    "a wrong code": ("vera", {"code": "000000"}, "is wrong"),
    "nothing said about the scope": ("vera", {"scope": ""}, "does not fit the form"),
}


@pytest.mark.parametrize(("who", "changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_asked_again(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch, who: str, changes: Any, reason: str
) -> None:
    judged.grant("dev", "validator")
    room = WaitingRoom(monkeypatch, says(judged, who, **changes), says(judged))
    await_conclusion(verdicts, 7, judged.now, "run-v")
    assert reason in room.reasons[0]
    assert [one.validator for one in judged.find(Validation)] == ["vera"]


def test_a_version_somebody_concluded_on_is_not_asked_about(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = WaitingRoom(monkeypatch)
    (verdicts,) = validated.find(VerdictSet)
    assert await_conclusion(verdicts, 7, validated.now, "run-v") == validated.get(Version, V1)
    assert room.asked == []
