"""Deal models out to mapped tasks, a few to each, and take back a result for every one of them whatever happened.

A model's night is work for a processor, most of it in Python, so that threads of one process take turns. Where there
are many models they are dealt out to processes, each of which costs some seconds until it can begin.
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

SIZE = 25
"""Models in one mapped task: a task costs about 5 ms, a model's night some hundred."""
MANY = 200
"""Models from which on a second process is worth its start."""
MOST = 8
"""Processes at the most: each holds about 300 MB."""
LOOK_SECONDS = 1.0

T = TypeVar("T")


def watch_all(models: Sequence[MonitoringCandidate], through: date, as_of: datetime | None) -> list[ModelResult]:
    """The night of each model, in mapped tasks: a process for each processor where they are many, else two threads."""
    chunks = chunked(models)
    told = {"models": [whole(one) for one in chunks], "through": unmapped(through), "as_of": unmapped(as_of)}
    with _runner(len(models), processors()) as runner:
        return gathered(chunks, runner.map(cast(Any, watch_models), told))


def chunked(models: Sequence[MonitoringCandidate], size: int = SIZE) -> list[list[MonitoringCandidate]]:
    """The models in their order, `size` at a time; fewer where that keeps two threads busy."""
    step = max(1, min(size, (len(models) + 1) // 2))
    return [list(models[start : start + step]) for start in range(0, len(models), step)]


def whole(value: T) -> T:
    """A value as it is handed to a task: Prefect looks for futures in every corner of whatever is not quoted."""
    return cast(T, quote(value))


def gathered(
    chunks: Sequence[Sequence[MonitoringCandidate]], futures: Iterable[PrefectFuture[Any]]
) -> list[ModelResult]:
    """The nights of all chunks; where a task itself broke, or the process it ran in, its models' nights failed."""
    nights: list[ModelResult] = []
    for chunk, future in zip(chunks, futures, strict=True):
        answer = _answer(future)
        if isinstance(answer, list):
            nights += answer
        else:
            nights += [ModelResult(one.key, unwatched=broke(answer), failed=True) for one in chunk]
    return nights


def processors() -> int:
    """How many processors this process may use; where nothing says so, how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _runner(models: int, count: int) -> TaskRunner[PrefectFuture[Any]]:
    several = models >= MANY and count > 1
    made = (
        ProcessPoolTaskRunner(min(count, MOST), initializer=end_with, initargs=(os.getpid(),))
        if several
        else ThreadPoolTaskRunner(max_workers=2)
    )
    return cast(TaskRunner[PrefectFuture[Any]], made)


def _answer(future: PrefectFuture[Any]) -> list[ModelResult] | BaseException:
    try:
        return cast("list[ModelResult] | BaseException", future.result(raise_on_failure=False))
    except BrokenExecutor as broken:
        return broken


def end_with(parent: int) -> None:
    """Have this process end when its parent does: a pool's process whose parent was killed waits for work for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end with parent").start()
