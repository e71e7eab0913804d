"""Run the steps of a flow run as task runs: each has a name that says what it did, and follows the step before.

steps = Steps()                                     in a flow
verdicts = steps.take(judge_version, version, ...)  one task run; the next step follows it in the graph of the run

@step("judge version")
def judge_version(...):
    name_step(f"judge 40 criteria{repeated()}: 38 passed, 2 unproven", version=version)

What is a step of its own, and what is not: docs/adr/0026-each-run-is-a-graph.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import UUID, uuid4, uuid5

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, StateDetails
from prefect.context import FlowRunContext, TaskRunContext
from prefect.exceptions import MissingContextError
from prefect.futures import PrefectConcurrentFuture, PrefectFuture
from prefect.logging import get_run_logger
from prefect.states import Completed
from prefect.task_engine import run_task_sync
from prefect.utilities.annotations import quote
from prefect.utilities.callables import get_call_parameters

from data.errors import ModelwardError
from data.text.untrusted_text import on_one_line, shortened

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 120
_PART_OF_ANOTHER: ContextVar[bool] = ContextVar("part_of_another", default=False)
_REPEATED: ContextVar[bool] = ContextVar("repeated", default=False)

log = logging.getLogger(__name__)


def step(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a task of a function: one step of a run, whose name is set at run time by `name_step`.

    An error of modelward is added to the name, like `lock ops/delay: another process works on it`.

    A step is never cached and its result is never stored: Prefect would return the stored result of a task, and a
    verdict from before an answer may differ from the present one.
    """

    def made(run: Callable[P, R]) -> Task[P, R]:
        return task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(_named_by_failure(run))

    return made


class Steps:
    """The chain of steps of one run. A flow creates it and passes it to every function that takes steps.

    `questions` are the names of the flow's questions to people, in their order. In a run that resumes after an answer,
    the first step follows the step that asked last, and the steps up to the next question are repeated.
    """

    def __init__(self, *questions: str) -> None:
        last_step = _last_question_step(questions)
        self._before: tuple[UUID, ...] = (last_step,) if last_step is not None else ()
        self._is_begun = False
        self._is_resuming = last_step is not None
        self._taken: set[str] = set()
        # Prefect identifies a list or dict by id(): once it is freed, its edge would go to the next object of this id.
        self._results: list[object] = []

    @property
    def follows(self) -> list[PrefectFuture[object]]:
        """Return the futures that a task must wait for to follow the last step, when a task runner starts it.

        A task runner waits for futures only, and a runner of processes accepts nothing else.
        """
        return [_ended_future(task_run) for task_run in self._before]

    def join(self, task_runs: Sequence[UUID], results: object = None) -> None:
        """Make the next step follow these parallel task runs; without a task run it follows the step before.

        `results` are the values that the task runs returned.
        """
        self._results.append(results)
        self._before, self._is_begun = tuple(task_runs) or self._before, True

    def take(self, taken: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a task as the next step; return its result. Raises every error of the task."""
        is_repeated = self._is_resuming or taken.task_key in self._taken
        self._taken.add(taken.task_key)
        with _marked(_REPEATED, is_repeated):
            return self._take(taken, uuid4(), get_call_parameters(taken.fn, args, kwargs))

    def ask(self, taken: Task[P, R], key: str, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run a task as the step before the run waits for people under a pause key.

        In a run that resumes after their answer this step was already taken; the next step then follows it.
        """
        self._is_resuming = False
        run = _flow_run()
        if run is None:
            taken.fn(*args, **kwargs)
        elif key in _pause_keys(run):
            self._before = self._before if self._is_begun else (uuid5(run.id, key),)
        else:
            self._take(taken, uuid5(run.id, key), get_call_parameters(taken.fn, args, kwargs))

    def _take(self, taken: Task[P, R], task_run: UUID, parameters: dict[str, object]) -> R:
        # Prefect draws an edge wherever a value has the id() of an earlier result, except inside a quote.
        quoted = {name: quote(value) for name, value in parameters.items()}
        follows = [_ended(before) for before in self._before]
        self.join([task_run])
        result = run_task_sync(taken, task_run_id=task_run, parameters=quoted, wait_for=follows)
        self._results.append(result)
        return cast(R, result)


class PlainCalls(Steps):
    """Steps outside a flow, or within another step: plain calls of the same functions, without task runs."""

    def take(self, taken: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the task's function and return its result."""
        with _marked(_PART_OF_ANOTHER, True), _marked(_REPEATED, False):
            return taken.fn(*args, **kwargs)

    def ask(self, taken: Task[P, R], key: str, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call the task's function."""
        self.take(taken, *args, **kwargs)


def repeated(again: bool = False) -> str:
    """Return what the name of the present step adds if its run takes it again; else nothing.

    A run that starts again after it asked people repeats its steps up to the next question. A step is repeated too if
    the run took the same one before. `again` is True for a step that always repeats another. The word does not say why:
    a run starts again after an answer, and also if its worker was lost while it waited.
    """
    return " again" if again or _REPEATED.get() else ""


def name_step(name: str, **ids: str) -> None:
    """Name the present task run by what it does or did, and log the name with its ids.

    The name reaches the server with the next state of the task run; the last name counts. A harmful character in it is
    shown as its code.
    """
    context = TaskRunContext.get()
    if context is not None and not _PART_OF_ANOTHER.get():
        context.task_run.name = shortened(on_one_line(name), LONGEST)
    log_step(name, **ids)


def _named_by_failure(run: Callable[P, R]) -> Callable[P, R]:
    @wraps(run)
    def named(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return run(*args, **kwargs)
        except ModelwardError as error:
            _name_failure(error)
            raise

    return named


def _name_failure(error: ModelwardError) -> None:
    context = TaskRunContext.get()
    if context is not None and not _PART_OF_ANOTHER.get():
        what = on_one_line(" ".join(error.what.split()))
        context.task_run.name = shortened(f"{context.task_run.name}: {what}", LONGEST)


def log_step(message: str, **ids: str) -> None:
    """Log to the log of the run, with ids; outside a run to the log of this process."""
    _log(logging.INFO, message, ids)


def warn_step(message: str, **ids: str) -> None:
    """Log a failure that does not stop the run, as `log_step` does: people see it on the page of the run."""
    _log(logging.WARNING, message, ids)


def _log(level: int, message: str, ids: Mapping[str, str]) -> None:
    written = "".join(f" {name}={value}" for name, value in ids.items() if value)
    _logger(level).log(level, "%s", on_one_line(f"{message}{written}"))


def _logger(level: int) -> logging.Logger | logging.LoggerAdapter[logging.Logger]:
    """Return the log of the run; that of the process outside a run, and where runs do not log this level."""
    try:
        run_log = get_run_logger()
    except MissingContextError:
        return log
    return run_log if run_log.isEnabledFor(level) else log


@contextmanager
def _marked(mark: ContextVar[bool], value: bool) -> Iterator[None]:
    """Set a mark of the present step for the block."""
    token = mark.set(value)
    try:
        yield
    finally:
        mark.reset(token)


def _flow_run() -> FlowRun | None:
    context = FlowRunContext.get()
    return context.flow_run if context is not None else None


def _pause_keys(run: FlowRun) -> set[str]:
    """Return the keys under which a run paused before it was started again."""
    return run.empirical_policy.pause_keys or set()


def _last_question_step(questions: Sequence[str]) -> UUID | None:
    run = _flow_run()
    if run is None:
        return None
    for name in reversed(questions):
        beginning = gate_key(name, "")
        attempts = [key.removeprefix(beginning) for key in _pause_keys(run) if key.startswith(beginning)]
        if attempts:
            return uuid5(run.id, gate_key(name, max(attempts, key=int)))
    return None


def gate_key(question: str, attempt: int | str) -> str:
    """Return the key under which a run pauses for an answer; a key that was used returns its old answer at once."""
    return f"gate-{question}-{attempt}"


def _ended(task_run: UUID) -> object:
    """Return a state that represents an ended step: Prefect draws the edge from it and uses no result."""
    return Completed(data=True, state_details=StateDetails(task_run_id=task_run))


def _ended_future(task_run: UUID) -> PrefectFuture[object]:
    ended: Future[object] = Future()
    ended.set_result(_ended(task_run))
    future: PrefectConcurrentFuture[object] = PrefectConcurrentFuture(task_run, ended)
    future.wait()
    return future


PLAIN_CALLS = PlainCalls()
