"""Every process that an `up` started, directly or through another process: found by the mark in its environment.

A worker gives each flow run a session of its own, so the end of the worker's session does not end its runs, and a run
whose worker was killed has no parent that would end it.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from modelward.supervisor.prefect_environment import MARK

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.1
LAST_SECONDS = 10.0
"""How long to wait after SIGKILL: only the kernel can still hold a process, for example on a disk that hangs."""


@dataclass(frozen=True)
class ShutdownResult:
    """How many processes got a signal, and the ids of those that still run."""

    signalled: int = 0
    still_running: tuple[int, ...] = ()


def mark_of_part(mark: str, name: str) -> str:
    """The mark of one process of a supervisor, and of everything that this process starts."""
    return f"{mark}-{name}"


def marked_processes(mark: str) -> list[int]:
    """Ids of the running processes whose mark begins with this one."""
    return [process.pid for process in _marked(mark)]


def is_running(pid: int, mark: str) -> bool:
    """Whether the process with this id runs and bears the mark; another process may have the id by now."""
    try:
        return _bears(psutil.Process(pid), mark)
    except psutil.NoSuchProcess:
        return False


def end_marked(mark: str, patience: float, spared: Collection[int] = ()) -> ShutdownResult:
    """SIGTERM to all but the `spared`, also to those that start meanwhile; SIGKILL after `patience` seconds."""
    signalled: set[psutil.Process] = set()
    begun = time.monotonic()
    while here := {process for process in _marked(mark) if process.pid not in spared}:
        waited = time.monotonic() - begun
        if waited > patience + LAST_SECONDS:
            break
        if waited > patience:
            _signal(here, signal.SIGKILL)
        else:
            _signal(here - signalled, signal.SIGTERM)
        signalled |= here
        time.sleep(POLL_SECONDS)
    return ShutdownResult(len(signalled), tuple(sorted(process.pid for process in here)))


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        logger.info("sending %s to process %d", number.name, process.pid)
        # psutil compares the time of the start first: an id that another process has by now gets no signal.
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)


def _marked(mark: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _bears(process, mark)]


def _bears(process: psutil.Process, mark: str) -> bool:
    """Whether it bears the mark; a process that has ended and waits for its parent does not count."""
    try:
        return process.environ().get(MARK, "").startswith(mark) and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False
