"""What came due is done one by one: what fails is told, and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import pytest

from data.errors import IllegalMoveError, PrefectUnavailableError
from data.records.person import Actor
from data.records.run_context import RunContext
from tasks.run.run_due_jobs import Due, FindWork, Job, run_due_jobs

RUN = RunContext(Actor(id="otto"), datetime(2013, 4, 1, tzinfo=UTC), "run-1")


def jobs(**found: FindWork) -> dict[str, Job]:
    """Jobs by name, which find their work with these functions."""
    return {name: Job(name, find) for name, find in found.items()}


def fails() -> str:
    raise IllegalMoveError("it is gone", "look again")


def cannot_be_written() -> str:
    raise PermissionError("read-only")


def test_each_on_its_own() -> None:
    def some(run: RunContext) -> Iterator[Due]:
        yield "models/ops/delay/versions/1", fails
        yield "models/ops/delay", lambda: "one was done"
        yield "models/ops/delay", lambda: ""
        yield "people/ana", cannot_be_written

    def none(run: RunContext) -> Iterator[Due]:
        yield "models/ops/delay", lambda: ""

    assert run_due_jobs(jobs(some=some, none=none), RUN) == {
        "some": ["one was done"],
        "failed": ["ops/delay v1: it is gone → look again", "ana: read-only"],
    }


def endless(_: object = None) -> str:
    raise RecursionError("maximum recursion depth exceeded")


def breaks_midway(run: RunContext) -> Iterator[Due]:
    yield "models/ops/delay", lambda: "one was done"
    raise PrefectUnavailableError("Prefect is away", "start it")


FAULTS: dict[str, tuple[Callable[[RunContext], Iterable[Due]], list[str]]] = {
    "a fault of our own in what is due": (
        lambda run: [("models/ops/delay", endless)],
        ["ops/delay: RecursionError: maximum recursion depth exceeded"],
    ),
    "a fault of our own in looking for it": (
        lambda run: [("a", lambda: "")] if endless() else [],
        ["looking for some: RecursionError: maximum recursion depth exceeded"],
    ),
    "looking for it that fails midway": (breaks_midway, ["looking for some: Prefect is away → start it"]),
}


@pytest.mark.parametrize(("find", "failed"), FAULTS.values(), ids=FAULTS)
def test_what_stops_no_other_job(find: Callable[[RunContext], Iterable[Due]], failed: list[str]) -> None:
    def other(run: RunContext) -> Iterator[Due]:
        yield "models/ops/delay", lambda: "the other was done"

    report = run_due_jobs(jobs(some=find, other=other), RUN)
    assert (report["other"], report["failed"]) == (["the other was done"], failed)


def test_what_was_done_before_looking_failed_is_told() -> None:
    assert run_due_jobs(jobs(some=breaks_midway), RUN)["some"] == ["one was done"]


def test_a_job_looks_for_its_work_when_its_turn_comes() -> None:
    done: list[str] = []

    def do() -> str:
        done.append("first")
        return "did"

    def first(run: RunContext) -> Iterator[Due]:
        yield "a", do

    def second(run: RunContext) -> Iterator[Due]:
        seen = ", ".join(done)
        yield "b", lambda: f"saw {seen}"

    assert run_due_jobs(jobs(first=first, second=second), RUN)["second"] == ["saw first"]
