"""Find every process that an `up` started, directly or indirectly, by the mark in its environment.

A worker starts each flow run in a session of its own. So a run does not end with the worker's session, and a run whose
worker was killed has no parent process that would end it.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from data.text.safe_log import safe_logger
from modelward.supervisor.prefect_environment import MARK

logger = safe_logger(__name__)
POLL_SECONDS = 0.1
LAST_SECONDS = 10.0
"""How long to wait after SIGKILL: a system call, as on a disk that hangs, can delay the end of a process."""


@dataclass(frozen=True)
class ShutdownResult:
    """The number of processes that got a signal, and the ids of those that still run."""

    signalled: int = 0
    still_running: tuple[int, ...] = ()


def mark_of_part(mark: str, name: str) -> str:
    """Return the mark of one process of a supervisor; the processes that it starts inherit the mark."""
    return f"{mark}-{name}"


def find_processes(mark: str) -> list[int]:
    """Return the ids of the running processes whose mark begins with `mark`."""
    return [process.pid for process in _marked(mark)]


def is_running(pid: int, mark: str) -> bool:
    """Return True if the process with this id runs and has the mark; another process may have the id by now."""
    try:
        return _has_mark(psutil.Process(pid), mark)
    except psutil.NoSuchProcess:
        return False


def terminate_processes(mark: str, patience: float, spared: Collection[int] = ()) -> ShutdownResult:
    """Send SIGTERM to all marked processes except `spared`, also to new ones, and SIGKILL after `patience` seconds."""
    signalled: set[psutil.Process] = set()
    started = time.monotonic()
    while running := {process for process in _marked(mark) if process.pid not in spared}:
        waited = time.monotonic() - started
        if waited > patience + LAST_SECONDS:
            break
        if waited > patience:
            _signal(running, signal.SIGKILL)
        else:
            _signal(running - signalled, signal.SIGTERM)
        signalled |= running
        time.sleep(POLL_SECONDS)
    return ShutdownResult(len(signalled), tuple(sorted(process.pid for process in running)))


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        logger.info("sending %s to process %d", number.name, process.pid)
        # psutil compares the start time first, so another process that has the same id by now gets no signal.
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)


def _marked(mark: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _has_mark(process, mark)]


def _has_mark(process: psutil.Process, mark: str) -> bool:
    """Return True if the process has the mark and is not a zombie."""
    try:
        return process.environ().get(MARK, "").startswith(mark) and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False
