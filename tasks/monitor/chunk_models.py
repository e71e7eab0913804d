"""Divide models into chunks, one mapped task for each, and collect a result for every model whatever happened.

A model's night is CPU work, most of it in Python, so that threads of one process run one at a time. Many models are
divided among processes instead; a process takes some seconds to start.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import BrokenExecutor
from datetime import date, datetime
from typing import Any, TypeVar, cast

from prefect import unmapped
from prefect.futures import PrefectFuture
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from data.queries.monitored_models import MonitoringCandidate
from tasks.monitor.watch_models import ModelResult, broke, watch_models
from tasks.run.take_steps import Steps

SIZE = 25
"""Models in one mapped task: a task costs about 5 ms, a model's night about 100 ms."""
MANY = 200
"""From this number of models on, a second process saves more time than it takes to start."""
MOST = 8
"""The largest number of processes: each takes about 300 MB."""
LOOK_SECONDS = 1.0

T = TypeVar("T")


def watch_all(
    models: Sequence[MonitoringCandidate], through: date, as_of: datetime | None, steps: Steps
) -> list[ModelResult]:
    """The result of each model, in mapped tasks: a process for each processor when they are many, else two threads."""
    chunks = chunked(models)
    parameters = {"models": [quoted(one) for one in chunks], "through": unmapped(through), "as_of": unmapped(as_of)}
    with _runner(len(models), processors()) as runner:
        futures = runner.map(cast(Any, watch_models), parameters, wait_for=cast(Any, steps.follows))
        results = gathered(chunks, futures)
    steps.join([one.task_run_id for one in futures], futures)
    return results


def chunked(models: Sequence[MonitoringCandidate], size: int = SIZE) -> list[list[MonitoringCandidate]]:
    """The models in their order, `size` at a time; fewer where that keeps two threads busy."""
    step = max(1, min(size, (len(models) + 1) // 2))
    return [list(models[start : start + step]) for start in range(0, len(models), step)]


def quoted(value: T) -> T:
    """A value as a parameter of a task: Prefect searches every part of a value for futures unless it is quoted."""
    return cast(T, quote(value))


def gathered(
    chunks: Sequence[Sequence[MonitoringCandidate]], futures: Iterable[PrefectFuture[Any]]
) -> list[ModelResult]:
    """The results of all chunks; the models of a task that raised, or whose process ended, have failed results."""
    nights: list[ModelResult] = []
    for chunk, future in zip(chunks, futures, strict=True):
        answer = _answer(future)
        if isinstance(answer, list):
            nights += answer
        else:
            nights += [ModelResult(one.key, unwatched=broke(answer), failed=True) for one in chunk]
    return nights


def processors() -> int:
    """The number of processors that this process may use; all of them where the system sets no limit."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _runner(models: int, count: int) -> TaskRunner[PrefectFuture[Any]]:
    runner = (
        ProcessPoolTaskRunner(min(count, MOST), initializer=end_with, initargs=(os.getpid(),))
        if models >= MANY and count > 1
        else ThreadPoolTaskRunner(max_workers=2)
    )
    return cast(TaskRunner[PrefectFuture[Any]], runner)


def _answer(future: PrefectFuture[Any]) -> list[ModelResult] | BaseException:
    try:
        return cast("list[ModelResult] | BaseException", future.result(raise_on_failure=False))
    except BrokenExecutor as broken:
        return broken


def end_with(parent: int) -> None:
    """End this process when its parent ends: a pool process whose parent was killed would wait for work for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end with parent").start()
