"""What came due is done one by one: what fails is told, and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from data.errors import IllegalMoveError
from data.records.person import Actor
from tasks.carry_out_operation import Run
from tasks.settle_due import Due, settle_due

RUN = Run(Actor(id="otto"), datetime(2013, 4, 1, tzinfo=UTC), "run-1")


def fails() -> str:
    raise IllegalMoveError("it is gone", "look again")


def cannot_be_written() -> str:
    raise PermissionError("read-only")


def test_each_on_its_own() -> None:
    def some(run: Run) -> Iterator[Due]:
        yield "models/ops/delay/versions/1", fails
        yield "models/ops/delay", lambda: "one was done"
        yield "models/ops/delay", lambda: ""
        yield "people/ana", cannot_be_written

    def none(run: Run) -> Iterator[Due]:
        yield "models/ops/delay", lambda: ""

    assert settle_due({"some": some, "none": none}, RUN) == {
        "some": ["one was done"],
        "failed": ["ops/delay v1: it is gone → look again", "ana: read-only"],
    }


def test_a_job_looks_for_its_work_when_its_turn_comes() -> None:
    done: list[str] = []

    def do() -> str:
        done.append("first")
        return "did"

    def first(run: Run) -> Iterator[Due]:
        yield "a", do

    def second(run: Run) -> Iterator[Due]:
        seen = ", ".join(done)
        yield "b", lambda: f"saw {seen}"

    assert settle_due({"first": first, "second": second}, RUN)["second"] == ["saw first"]
