"""Take the steps of a run: each is a task run with a name that says what it did, and it follows the step before it.

steps = Steps()                                     in a flow
verdicts = steps.take(judge_version, version, ...)  one task run; the next step follows it in the graph of the run

def judge_version(...):                             a task
    name_step("judge 40 criteria: 38 passed, 2 unproven", version=version)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar, cast
from uuid import UUID, uuid4, uuid5

from prefect import Task
from prefect.client.schemas.objects import StateDetails
from prefect.context import FlowRunContext, TaskRunContext
from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger
from prefect.states import Completed
from prefect.task_engine import run_task_sync
from prefect.utilities.annotations import quote
from prefect.utilities.callables import get_call_parameters

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 120
_PART_OF_ANOTHER: ContextVar[bool] = ContextVar("part_of_another", default=False)

log = logging.getLogger(__name__)


class Steps:
    """The chain of steps of one run. A flow makes one and hands it to what takes steps for it."""

    def __init__(self) -> None:
        self._before: UUID | None = None

    def take(self, step: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a task as the next step; what it answers or raises."""
        return self._take(step, uuid4(), get_call_parameters(step.fn, args, kwargs))

    def ask(self, step: Task[P, R], key: str, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run a task as the step before people are waited for under a pause key.

        In a run that goes on after their answer the step was taken already: the next step follows it.
        """
        run = _flow_run_id()
        if run is None:
            step.fn(*args, **kwargs)
        elif _was_asked(key):
            self._before = uuid5(run, key)
        else:
            self._take(step, uuid5(run, key), get_call_parameters(step.fn, args, kwargs))

    def _take(self, step: Task[P, R], task_run: UUID, parameters: dict[str, object]) -> R:
        # Prefect draws an edge wherever a value has the id() of an earlier result; it does not look into a quote.
        quoted = {name: quote(value) for name, value in parameters.items()}
        follows = [_ended(self._before)] if self._before else None
        self._before = task_run
        return cast(R, run_task_sync(step, task_run_id=task_run, parameters=quoted, wait_for=follows))


class PlainCalls(Steps):
    """Steps outside of a flow, or within a task of another: calls of the same functions, without task runs."""

    def take(self, step: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the task's function; what it answers or raises."""
        token = _PART_OF_ANOTHER.set(True)
        try:
            return step.fn(*args, **kwargs)
        finally:
            _PART_OF_ANOTHER.reset(token)


PLAIN_CALLS = PlainCalls()


def name_step(name: str, **ids: str) -> None:
    """Give the task run that we are in a name that says what it does or did, and log it with its ids.

    The name goes to the server with the next change of the task run's state; the newest name counts.
    """
    context = TaskRunContext.get()
    if context is not None and not _PART_OF_ANOTHER.get():
        context.task_run.name = name[:LONGEST]
    log_step(name, **ids)


def log_step(message: str, **ids: str) -> None:
    """Log to the run's log, with ids; outside of a run to the log of this process."""
    written = "".join(f" {name}={value}" for name, value in ids.items() if value)
    _logger()("%s%s", message, written)


def _logger() -> Callable[..., None]:
    try:
        return get_run_logger().info
    except MissingContextError:
        return log.info


def _flow_run_id() -> UUID | None:
    context = FlowRunContext.get()
    return context.flow_run.id if context is not None and context.flow_run is not None else None


def _was_asked(key: str) -> bool:
    """Whether this run paused under a key before it was started again."""
    context = FlowRunContext.get()
    run = context.flow_run if context is not None else None
    return run is not None and key in (run.empirical_policy.pause_keys or ())


def _ended(task_run: UUID) -> object:
    """A state that stands for a step that ended, however it ended: Prefect takes the edge from it, and no result."""
    return Completed(data=True, state_details=StateDetails(task_run_id=task_run))
