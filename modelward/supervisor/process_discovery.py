"""Every process that an `up` started, whoever started it in between: found by the mark in its environment.

A worker gives each flow run a session of its own, so ending the worker's does not end them, and one whose worker was
killed belongs to nobody any more.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelward.supervisor.prefect_environment import MARK

PROCESSES = Path("/proc")
POLL_SECONDS = 0.1
LAST_SECONDS = 10.0
"""How long one is waited for that was told to end for good: only the kernel can still hold it, on a disk that hangs."""
ZOMBIE = b"Z"


@dataclass(frozen=True)
class ShutdownResult:
    """How many processes were told to end, and those that are still there."""

    told: int = 0
    left: tuple[int, ...] = ()


def part_of(mark: str, name: str) -> str:
    """The mark of one process of the house, and of everything that it starts."""
    return f"{mark}-{name}"


def marked(mark: str) -> list[int]:
    """Processes whose mark begins so; none on a system without /proc, where process groups have to do."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _pids() if _bears(pid, wanted) and not _is_dead(pid)]


def lives(pid: int, mark: str) -> bool:
    """Whether this very process runs, and not another that has its number now."""
    if PROCESSES.is_dir():
        return _bears(pid, f"{MARK}={mark}".encode()) and not _is_dead(pid)
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def end_marked(mark: str, patience: float, spared: Collection[int] = ()) -> ShutdownResult:
    """End all but those `spared` politely, also what comes up meanwhile, and after a while for good."""
    told: set[int] = set()
    begun = time.monotonic()
    while here := set(marked(mark)).difference(spared):
        waited = time.monotonic() - begun
        if waited > patience + LAST_SECONDS:
            break
        if waited > patience:
            _signal(here, signal.SIGKILL)
        else:
            _signal(here - told, signal.SIGTERM)
        told |= here
        time.sleep(POLL_SECONDS)
    return ShutdownResult(len(told), tuple(sorted(here)))


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
