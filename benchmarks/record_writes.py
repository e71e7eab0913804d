"""The rows of record.py about writes: a registration in a registry that is held open, and writes that open it.

Each call adds an event to the registry that is measured.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from cost import CostRow, calls, median_cpu
from record_reads import FIRST

MODEL = f"models/{FIRST}"
GROWTH = 1.5
"""The largest quotient of the cost of a write and of that in the smallest registry."""


def _context(registry: Any) -> Any:
    from data.records.person import Actor
    from data.records.run_context import RunContext
    from data.registry.registry_time import registry_time

    with registry.store.reading() as connection:
        return RunContext(Actor(id="dev"), registry_time(connection).now, f"run-{os.getpid()}")


def _registration(registry: Any, number: int) -> Any:
    """Return the registration of the next version of the first model, with two datasets and seven sections."""
    from registry_maker import SECTIONS, _dataset, _section

    from data.queries.lookup import version_named
    from data.records.evidence import sha256_of
    from data.records.version import Change, ChangeClass, CodeState
    from data.registry.commands.version import RegisterVersion

    newest = version_named(registry, FIRST).version
    mark = [os.getpid(), number]
    return RegisterVersion(
        model=MODEL, parent=newest.key,
        change=Change(change_class=ChangeClass.WITHIN_PLAN, what="trained on later data", why="planned"),
        artifact=newest.artifact, code=CodeState(commit=sha256_of(mark)[7:47], dirty=False),
        environment_digest=sha256_of("environment"), configuration={"trees": 200, "depth": 6, "rate": 0.05},
        contributors=("dev",), submitter="dev", submission_digest=sha256_of(mark), reference_digest=None,
        provenance={"code": "derived", "environment": "derived", "data": "claimed"},
        datasets=tuple(_dataset(role, MODEL, number) for role in ("training", "held-out")),
        sections=tuple(_section(name, MODEL, number) for name in SECTIONS),
    )  # fmt: skip


def _consumer(registry: Any, number: int) -> Any:
    from data.registry.commands.model import DeclareConsumer

    return DeclareConsumer(
        model=MODEL, system=f"desk-{os.getpid()}-{number}", owner="olga", contact="desk@example.com",
        purpose="planning", cadence_days=1, criticality="low", feeds_model=None,
    )  # fmt: skip


def _median(prepared: Callable[[Any, int], Any], held_open: bool) -> Callable[[], float]:
    """Return a step: the median CPU time of a write, without the preparation of its command."""

    def step() -> float:
        from contextlib import nullcontext

        from data.registry.registry import Registry

        registry = Registry.here()
        context, numbers = _context(registry), count()
        commands = [prepared(registry, next(numbers)) for _ in range(16)]
        with registry.session() if held_open else nullcontext():
            return median_cpu(lambda: registry.execute(commands.pop(), context))

    return step


STEPS: Mapping[str, Callable[[], float]] = {
    "registration": _median(_registration, held_open=True),
    "write": _median(_consumer, held_open=False),
}

ROWS = (
    CostRow("a registration", calls("registration"), 0.060),
    CostRow("a write, the file opened and closed", calls("write"), growth=GROWTH),
)
