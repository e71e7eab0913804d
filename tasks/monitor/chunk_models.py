"""Divide models into chunks, run one mapped task for each chunk, and collect one result for every model.

The monitoring of a model is CPU work, most of it in Python, so that threads of one process run one at a time. Many
models are therefore divided among processes; starting a process takes some seconds.
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
from tasks.monitor.monitor_chunk import ModelResult, internal_failure, monitor_chunk
from tasks.run.take_steps import Steps

SIZE = 25
"""Models in one mapped task: a task costs about 5 ms, the monitoring of a model about 100 ms."""
MANY = 200
"""Number of models from which a second process saves more time than its start takes."""
MOST = 8
"""The largest number of processes; each uses about 300 MB of memory."""
PARENT_CHECK_SECONDS = 1.0

T = TypeVar("T")


def monitor_all(
    models: Sequence[MonitoringCandidate], through: date, as_of: datetime | None, steps: Steps
) -> list[ModelResult]:
    """Monitor all models in mapped tasks and return one result for each model.

    Many models use one process per processor, few models use two threads.
    """
    chunks = chunked(models)
    parameters = {"models": [quoted(one) for one in chunks], "through": unmapped(through), "as_of": unmapped(as_of)}
    with _runner(len(models), processors()) as runner:
        futures = runner.map(cast(Any, monitor_chunk), parameters, wait_for=cast(Any, steps.follows))
        results = gathered(chunks, futures)
    steps.join([one.task_run_id for one in futures], futures)
    return results


def chunked(models: Sequence[MonitoringCandidate], size: int = SIZE) -> list[list[MonitoringCandidate]]:
    """Divide the models into lists of at most `size`; few models make shorter lists, so that two threads work."""
    step = max(1, min(size, (len(models) + 1) // 2))
    return [list(models[start : start + step]) for start in range(0, len(models), step)]


def quoted(value: T) -> T:
    """Quote a task parameter, because Prefect searches every part of an unquoted value for futures."""
    return cast(T, quote(value))


def gathered(
    chunks: Sequence[Sequence[MonitoringCandidate]], futures: Iterable[PrefectFuture[Any]]
) -> list[ModelResult]:
    """Return the results of all chunks; each model of a chunk whose task raised or whose process ended has failed."""
    results: list[ModelResult] = []
    for chunk, future in zip(chunks, futures, strict=True):
        answer = _answer(future)
        if isinstance(answer, list):
            results += answer
        else:
            results += [ModelResult(one.key, reason=internal_failure(answer), failed=True) for one in chunk]
    return results


def processors() -> int:
    """Return the number of processors this process may use, or of all processors where the system sets no limit."""
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
    """End this process when its parent ends, because a pool process without its parent waits for work for ever."""

    def exit_after_parent() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=exit_after_parent, daemon=True, name="end with parent").start()
