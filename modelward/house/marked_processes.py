"""Every process that an `up` started, whoever started it in between: found by the mark in its environment.

A worker gives each flow run a session of its own, so ending the worker's does not end them, and one whose worker was
killed belongs to nobody any more.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from modelward.prefect_environment import MARK

PROCESSES = Path("/proc")
POLL_SECONDS = 0.1
ZOMBIE = b"Z"


def part_of(mark: str, name: str) -> str:
    """The mark of one process of the house, and of everything that it starts."""
    return f"{mark}-{name}"


def marked(mark: str) -> list[int]:
    """Processes whose mark begins so; none on a system without /proc, where process groups have to do."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _pids() if _bears(pid, wanted) and not _is_dead(pid)]


def end_marked(mark: str, patience: float) -> int:
    """End them politely, then for good; answers how many there were."""
    first = marked(mark)
    _signal(first, signal.SIGTERM)
    _gone(mark, patience)
    while not _gone(mark, POLL_SECONDS):
        _signal(marked(mark), signal.SIGKILL)
    return len(first)


def _gone(mark: str, patience: float) -> bool:
    """Whether none is left within some time."""
    deadline = time.monotonic() + patience
    while marked(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _signal(pids: Iterable[int], how: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, how)


def _pids() -> list[int]:
    if not PROCESSES.is_dir():
        return []
    return [int(one.name) for one in PROCESSES.iterdir() if one.name.isdecimal()]


def _bears(pid: int, mark: bytes) -> bool:
    try:
        environment = (PROCESSES / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return any(one.startswith(mark) for one in environment.split(b"\0"))


def _is_dead(pid: int) -> bool:
    """Whether it has ended and only waits for its parent to notice."""
    try:
        return (PROCESSES / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()[0] == ZOMBIE
    except (OSError, IndexError):
        return True
