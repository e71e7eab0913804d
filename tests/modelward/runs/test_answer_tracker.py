"""What the registry made of an answer: of this person's, not of somebody else's, however long its run has to queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from data.errors import ModelwardError, PrefectUnavailableError
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from modelward.runs import answer_tracker
from modelward.runs.answer_tracker import Stage, SubmittedAnswer, newest_event, watch_for
from tests.world import World


class Clock:
    """A clock that goes on while somebody sleeps; what happens meanwhile is done at its second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.happens: dict[float, Callable[[], object]] = {}

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for due in [one for one in self.happens if one <= self.now]:
            self.happens.pop(due)()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(answer_tracker, "time", clock)
    monkeypatch.setattr(answer_tracker, "PAUSE_SECONDS", 2.0)
    return clock


class Case:
    """A request of the small world, and alma's answer to it that Prefect has just taken."""

    def __init__(self, world: World) -> None:
        self.world, self.registry = world, Registry(world.home)
        self.request = world.requested()
        self.told = 0
        self.answer = SubmittedAnswer(self.request.key, "run-1", "alma", newest_event(self.registry))

    def watch(self, stage: Stage = "under way") -> Any:
        return watch_for(self.registry, self.answer, lambda: stage, self.report_queued)

    def report_queued(self) -> None:
        self.told += 1

    def refuse(self, about: str, actor: Any = SERVICE, run_id: str = "") -> None:
        refusal = RecordRefusal(about=about, attempted="answer", code="input", reason="it does not fit")
        self.registry.execute(refusal, RunContext(actor, self.world.now, run_id))


@pytest.fixture
def case(world: World, clock: Clock) -> Case:
    return Case(world)


def test_another_persons_decision_meanwhile_is_not_told_as_ones_own(case: Case, clock: Clock) -> None:
    case.world.decide(case.request, "axel")
    clock.happens[3] = lambda: case.world.decide(case.request, "alma")
    event = case.watch()
    assert (event.type, event.actor) == ("approval.decided", "alma")


def test_what_was_recorded_before_prefect_took_the_answer_is_not_told(case: Case, clock: Clock) -> None:
    case.world.decide(case.request, "alma")
    case.answer = SubmittedAnswer(case.request.key, "run-1", "alma", newest_event(case.registry))
    with pytest.raises(PrefectUnavailableError):
        case.watch("ended")


JUDGES: dict[str, Callable[[Case], None]] = {
    "an answer that did not fit the form": lambda case: case.refuse(case.request.key),
    "a refusal on the record of its run": lambda case: case.refuse("models/ops/delay", run_id="run-1"),
}


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)
def test_what_the_service_records_tells_of(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
    assert case.watch().type == "command.refused"


def test_a_run_that_is_queued_for_long_is_told_of_once_and_waited_for(case: Case, clock: Clock) -> None:
    clock.happens[120] = lambda: case.world.decide(case.request, "alma")
    assert case.watch("queued").actor == "alma"
    assert (case.told, clock.now >= 120) == (1, True)


ENDS: dict[str, tuple[Stage, float]] = {
    "a run that ended without a word": ("ended", 7),
    "a run that waits again without a word": ("waiting", 7),
    "a run that never gets its turn": ("queued", 182),
    "a run that goes on and on": ("under way", 182),
}


@pytest.mark.parametrize(("stage", "at_most"), ENDS.values(), ids=ENDS)
def test_nobody_waits_for_ever_for(case: Case, clock: Clock, stage: Stage, at_most: float) -> None:
    with pytest.raises(ModelwardError, match=f"nothing is recorded about it, its run is {stage}"):
        case.watch(stage)
    assert at_most - 2 < clock.now <= at_most
