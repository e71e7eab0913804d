"""Record a refusal of a flow as a step of its run; a command of the terminal records one without Prefect."""

from __future__ import annotations

from collections.abc import Callable

from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from tasks.run.record_refusal import record_refusal
from tasks.run.take_steps import Steps, name_step, step


@step("record refusal")
def record_as_step(refusal: RecordRefusal, context: RunContext) -> None:
    """Record the event of a refusal."""
    name_step(f"record refusal to {refusal.attempted}: {refusal.code}", about=refusal.about)
    record_refusal(refusal, context)


def recorded_in(steps: Steps) -> Callable[[RecordRefusal, RunContext], None]:
    """Return the function that records a refusal as the next step of a run."""
    return lambda refusal, context: steps.take(record_as_step, refusal, context)
