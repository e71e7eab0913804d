"""Measure the start-up time of commands: the CPU time of `modelward --help` and of a command that only reads.

    python benchmarks/start_up.py            # five runs of each, medians

The exit code is 0 if every target of benchmarks/README.md is met. The registry is empty.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from data.files.home import Home
from data.registry.registry import Registry

RUNS = 5
TARGETS = {("--help",): 0.4, ("inventory",): 1.0}
"""The targets in seconds of CPU time, user and system together."""


def cpu_seconds(arguments: Sequence[str], home: Path) -> float:
    """Return the CPU time of one command in a child process, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "MODELWARD_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "modelward", *arguments], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure and print; return 1 if a target is missed."""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="modelward-") as folder:
        Registry(Home(Path(folder))).create()
        for arguments, target in TARGETS.items():
            cpu_seconds(arguments, Path(folder))  # first run: compiles bytecode and fills the disk cache
            median = statistics.median(cpu_seconds(arguments, Path(folder)) for _ in range(RUNS))
            print(f"modelward {' '.join(arguments):10} {median:.2f} s of processor time; at most {target}")
            missed += median > target
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
