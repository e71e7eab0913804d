"""Deal models out to mapped tasks, a few to each, and take back a result for every one of them whatever happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from tasks.watch_models import Night

SIZE = 25
"""Models in one mapped task: a task costs about 5 ms, a model's night some hundred."""


def on_threads() -> TaskRunner[PrefectFuture[Any]]:
    """Where the mapped tasks run: two threads of this process; a cluster's task runner takes the same tasks."""
    return cast(TaskRunner[PrefectFuture[Any]], ThreadPoolTaskRunner(max_workers=2))


def chunked(models: Sequence[str], size: int = SIZE) -> list[list[str]]:
    """The models in their order, `size` at a time; fewer where that keeps two threads busy."""
    step = max(1, min(size, (len(models) + 1) // 2))
    return [list(models[start : start + step]) for start in range(0, len(models), step)]


def gathered(chunks: Sequence[Sequence[str]], futures: Iterable[PrefectFuture[list[Night]]]) -> list[Night]:
    """The nights of all chunks; where a task itself broke, its models' nights failed."""
    nights: list[Night] = []
    for chunk, future in zip(chunks, futures, strict=True):
        answer = future.result(raise_on_failure=False)
        if isinstance(answer, list):
            nights += answer
        else:
            why = f"the watch broke: {type(answer).__name__}: {answer}"
            nights += [Night(one, unwatched=why[:500], failed=True) for one in chunk]
    return nights
