"""Deal models out to mapped tasks, a few to each, and take back a result for every one of them whatever happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from tasks.find_watched import Candidate
from tasks.watch_models import Night, broke

SIZE = 25
"""Models in one mapped task: a task costs about 5 ms, a model's night some hundred."""

T = TypeVar("T")


def on_threads() -> TaskRunner[PrefectFuture[Any]]:
    """Where the mapped tasks run: two threads of this process; a cluster's task runner takes the same tasks."""
    return cast(TaskRunner[PrefectFuture[Any]], ThreadPoolTaskRunner(max_workers=2))


def chunked(models: Sequence[Candidate], size: int = SIZE) -> list[list[Candidate]]:
    """The models in their order, `size` at a time; fewer where that keeps two threads busy."""
    step = max(1, min(size, (len(models) + 1) // 2))
    return [list(models[start : start + step]) for start in range(0, len(models), step)]


def whole(value: T) -> T:
    """A value as it is handed to a task: Prefect looks for futures in every corner of whatever is not quoted."""
    return cast(T, quote(value))


def gathered(chunks: Sequence[Sequence[Candidate]], futures: Iterable[PrefectFuture[list[Night]]]) -> list[Night]:
    """The nights of all chunks; where a task itself broke, its models' nights failed."""
    nights: list[Night] = []
    for chunk, future in zip(chunks, futures, strict=True):
        answer = future.result(raise_on_failure=False)
        if isinstance(answer, list):
            nights += answer
        else:
            nights += [Night(one.key, unwatched=broke(answer), failed=True) for one in chunk]
    return nights
