"""Due work is done piece by piece: a failure is reported and stops nothing else."""

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
    """Return jobs by name that find their work with these functions."""
    return {name: Job(name, find) for name, find in found.items()}


def fails() -> str:
    raise IllegalMoveError("it is gone", "look again")


def cannot_be_written() -> str:
    raise PermissionError("read-only")


def test_work_is_reported_by_job_and_failures_separately() -> None:
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
    "an internal error in the work": (
        lambda run: [("models/ops/delay", endless)],
        ["ops/delay: RecursionError: maximum recursion depth exceeded"],
    ),
    "an internal error while finding work": (
        lambda run: [("a", lambda: "")] if endless() else [],
        ["finding work for some: RecursionError: maximum recursion depth exceeded"],
    ),
    "an error in the middle of finding work": (breaks_midway, ["finding work for some: Prefect is away → start it"]),
}


@pytest.mark.parametrize(("find", "failed"), FAULTS.values(), ids=FAULTS)
def test_an_error_stops_no_other_job(find: Callable[[RunContext], Iterable[Due]], failed: list[str]) -> None:
    def other(run: RunContext) -> Iterator[Due]:
        yield "models/ops/delay", lambda: "the other was done"

    report = run_due_jobs(jobs(some=find, other=other), RUN)
    assert (report["other"], report["failed"]) == (["the other was done"], failed)


def test_work_done_before_an_error_is_reported() -> None:
    assert run_due_jobs(jobs(some=breaks_midway), RUN)["some"] == ["one was done"]


def test_a_job_finds_its_work_when_it_runs() -> None:
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
