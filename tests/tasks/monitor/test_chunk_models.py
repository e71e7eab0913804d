"""Models are divided into chunks, one for each task, and every model has a result."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from data.queries.monitored_models import MonitoringCandidate
from tasks.monitor.chunk_models import chunked, gathered
from tasks.monitor.monitor_chunk import ModelResult

ROOT = Path(__file__).parents[3]
SIZES = {
    "no model": (0, []),
    "one model": (1, [1]),
    "two models keep two threads busy": (2, [1, 1]),
    "three": (3, [2, 1]),
    "many": (60, [25, 25, 10]),
}


@pytest.mark.parametrize("case", SIZES)
def test_every_model_is_in_one_chunk(case: str) -> None:
    count, sizes = SIZES[case]
    models = [MonitoringCandidate(f"models/ops/m{number}", None) for number in range(count)]
    chunks = chunked(models)
    assert [len(one) for one in chunks] == sizes
    assert [one for chunk in chunks for one in chunk] == models


class DoneFuture:
    """A future of a task that has ended."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def result(self, *, raise_on_failure: bool) -> object:
        assert not raise_on_failure
        if isinstance(self.answer, BrokenExecutor):
            raise self.answer
        return self.answer


def test_a_failed_task_fails_only_its_models() -> None:
    answers = ([ModelResult("a"), ModelResult("b")], MemoryError("no room"), BrokenProcessPool("a process ended"))
    futures: Any = [DoneFuture(one) for one in answers]
    chunks = [[MonitoringCandidate(key, None) for key in keys] for keys in ("ab", "cd", "e")]
    nights = gathered(chunks, futures)
    assert [(one.model, one.failed) for one in nights[:3]] == [("a", False), ("b", False), ("c", True)]
    assert [one.reason for one in nights[2:]] == [
        "monitoring failed: MemoryError: no room",
        "monitoring failed: MemoryError: no room",
        "monitoring failed: BrokenProcessPool: a process ended",
    ]


PARENT = """
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import os
from tasks.monitor.chunk_models import end_with

if __name__ == "__main__":
    with ProcessPoolExecutor(1, get_context("spawn"), end_with, (os.getpid(),)) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(600)
"""


@pytest.mark.long
def test_a_pool_process_ends_after_its_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < deadline, "it lives on"
        time.sleep(0.1)
