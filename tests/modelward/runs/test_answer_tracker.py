"""The result of a submitted answer: only the event about this person's answer counts, even after a long queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from data.errors import ModelwardError, PrefectUnavailableError
from data.queries.log_state import newest_event
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from modelward.runs import answer_tracker
from modelward.runs.answer_tracker import RunStage, SubmittedAnswer, await_result
from tests.world import World


class MovedClock:
    """A clock that `sleep` moves forward; `happens` has functions to call at given seconds."""

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
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MovedClock]:
    clock = MovedClock()
    monkeypatch.setattr(answer_tracker, "time", clock)
    monkeypatch.setattr(answer_tracker, "PAUSE_SECONDS", 2.0)
    return clock


class AcceptedAnswer:
    """A request, and alma's answer to it, which Prefect has just accepted."""

    def __init__(self, world: World) -> None:
        self.world, self.registry = world, Registry(world.home)
        self.request = world.requested()
        self.times_reported = 0
        self.answer = SubmittedAnswer(self.request.key, "run-1", "alma", newest_event(self.registry))

    def result(self, stage: RunStage = "under way") -> Any:
        return await_result(self.registry, self.answer, lambda: stage, self.report_queued)

    def report_queued(self) -> None:
        self.times_reported += 1

    def refuse(self, about: str, actor: Any = SERVICE, run_id: str = "") -> None:
        refusal = RecordRefusal(about=about, attempted="answer", code="input", reason="it does not fit")
        self.registry.execute(refusal, RunContext(actor, self.world.now, run_id))


@pytest.fixture
def case(world: World, clock: MovedClock) -> AcceptedAnswer:
    return AcceptedAnswer(world)


def test_another_persons_decision_is_not_the_result(case: AcceptedAnswer, clock: MovedClock) -> None:
    case.world.decide(case.request, "axel")
    clock.happens[3] = lambda: case.world.decide(case.request, "alma")
    event = case.result()
    assert (event.type, event.actor) == ("approval.decided", "alma")


def test_an_event_before_the_answer_is_not_the_result(case: AcceptedAnswer, clock: MovedClock) -> None:
    case.world.decide(case.request, "alma")
    case.answer = SubmittedAnswer(case.request.key, "run-1", "alma", newest_event(case.registry))
    with pytest.raises(PrefectUnavailableError):
        case.result("ended")


JUDGES: dict[str, Callable[[AcceptedAnswer], None]] = {
    "an answer that did not fit the form": lambda case: case.refuse(case.request.key),
    "a refusal on the record of its run": lambda case: case.refuse("models/ops/delay", run_id="run-1"),
}


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)
def test_a_refusal_by_the_service_is_the_result_of(
    case: AcceptedAnswer, judge: Callable[[AcceptedAnswer], None]
) -> None:
    judge(case)
    assert case.result().type == "command.refused"


def test_a_long_queue_is_reported_once_and_the_result_still_awaited(case: AcceptedAnswer, clock: MovedClock) -> None:
    clock.happens[120] = lambda: case.world.decide(case.request, "alma")
    assert case.result("queued").actor == "alma"
    assert (case.times_reported, clock.now >= 120) == (1, True)


ENDS: dict[str, tuple[RunStage, float]] = {
    "a run that ended without a result": ("ended", 7),
    "a run that waits again without a result": ("waiting", 7),
    "a run that stays queued": ("queued", 182),
    "a run that does not end": ("under way", 182),
}


@pytest.mark.parametrize(("stage", "at_most"), ENDS.values(), ids=ENDS)
def test_waiting_ends_with_an_error_after(
    case: AcceptedAnswer, clock: MovedClock, stage: RunStage, at_most: float
) -> None:
    with pytest.raises(ModelwardError, match=f"nothing was recorded within .* its run is {stage}"):
        case.result(stage)
    assert at_most - 2 < clock.now <= at_most
