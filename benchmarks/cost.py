"""Measure the CPU time and peak memory of a command, or of repeated calls in a new process.

CPU time is user and system time together, of the child process and of its own children; peak memory is the
largest that the operating system saw of the child process. Neither depends much on other load, wall time does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

RECORD = Path(__file__).parent / "record.py"


@dataclass(frozen=True)
class Cost:
    """CPU time in seconds and peak memory in megabytes; `failure` is the last line of a process that failed."""

    cpu: float
    megabytes: float
    failure: str = ""


@dataclass(frozen=True)
class CostRow:
    """One row of the table: what is measured in a home, how, and the targets (CPU in seconds; None: no target).

    `growth` is the largest allowed quotient of the CPU time and that in the smallest registry.
    """

    name: str
    measure: Callable[[Path], Cost]
    cpu: float | None = None
    megabytes: float | None = None
    growth: float | None = None


def command(*arguments: str, once: bool = False) -> Callable[[Path], Cost]:
    """Return how to measure `modelward ARGUMENTS` as a whole process, start-up included.

    It is the second of two runs, because the first one fills the disk cache; with `once` the only one.
    """

    def measure(home: Path) -> Cost:
        line = [sys.executable, "-m", "modelward", *arguments]
        if not once:
            _child(line, home)
        return _child(line, home)[0]

    return measure


def calls(name: str) -> Callable[[Path], Cost]:
    """Return how to measure the step `name` of record.py: a median of calls in a new process that holds the registry
    open; the peak memory is that of the whole process."""

    def measure(home: Path) -> Cost:
        cost, printed = _child([sys.executable, str(RECORD), "--step", name], home)
        return cost if cost.failure else Cost(json.loads(printed), cost.megabytes)

    return measure


def median_cpu(call: Callable[[], object], times: int = 15) -> float:
    """Return the median CPU time of a call in this process, in seconds, after one call that is not counted."""
    call()
    spent: list[float] = []
    for _ in range(times):
        started = time.process_time()
        call()
        spent.append(time.process_time() - started)
    return median(spent)


def _child(line: Sequence[str], home: Path) -> tuple[Cost, str]:
    environment = {**os.environ, "MODELWARD_HOME": str(home), "PYTHONPATH": str(RECORD.parents[1])}
    with subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=RECORD.parents[1]
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        printed, errors = process.stdout.read(), process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    failure = "" if process.returncode == 0 else (errors or printed or "failed").strip().splitlines()[-1]
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, failure), printed
