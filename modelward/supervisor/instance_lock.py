"""Allow only one `up` for each home: it holds the instance lock, and a status file says how to reach it.

The operating system releases the lock when its process ends for any reason. A status file is stale, for example after
a power failure or a kill, if no process holds the lock, or if the process that holds it has another id.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from data.errors import AlreadyUpError
from data.files.durable_file import write_durably
from data.files.file_access import PRIVATE_FOLDER
from data.files.file_lock import PRIVATE, holder_of, is_locked, take_lock
from modelward.supervisor.process_discovery import find_processes

SupervisorStage = Literal["starting", "ready", "stopping"]
PATIENCE_SECONDS = 2.0
FORMER_PROCESSES = "tenants"
"""The key of the processes in a status file of an earlier version."""


@dataclass(frozen=True)
class ProcessStatus:
    """One process of the supervisor: its id, its start time, its restarts and its last exit code."""

    pid: int
    since: str
    restarts: int = 0
    last_exit: int | None = None


@dataclass(frozen=True)
class SupervisorStatus:
    """The content of the status file. `mark` is in the environment of every process that this `up` started."""

    pid: int
    since: str
    stage: SupervisorStage
    mark: str
    api_url: str
    ui_url: str
    evidence_url: str
    evidence_port: int = 0
    processes: Mapping[str, ProcessStatus] = field(default_factory=dict)


def status_file(folder: Path) -> Path:
    """Return the path of the status file in the supervisor's folder."""
    return folder / "up.json"


def write_status(folder: Path, status: SupervisorStatus) -> None:
    """Write the status file atomically, readable by its owner only. Raises OSError."""
    content = {**vars(status), "processes": {name: vars(one) for name, one in status.processes.items()}}
    write_durably(status_file(folder), json.dumps(content, indent=1).encode())


def read_status(folder: Path) -> SupervisorStatus | None:
    """Return the status that the latest `up` wrote, running or not; None if it is missing or cannot be read."""
    try:
        content: dict[str, Any] = json.loads(status_file(folder).read_bytes())
        found = content.pop(FORMER_PROCESSES) if FORMER_PROCESSES in content else content["processes"]
        known = {one.name for one in fields(SupervisorStatus)}
        content = {name: value for name, value in content.items() if name in known}
        processes = {str(name): ProcessStatus(**one) for name, one in found.items()}
        return SupervisorStatus(**{**content, "processes": processes})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def running_status(folder: Path) -> SupervisorStatus | None:
    """Return the status of the running `up`; None if none runs, or if it has not written its status yet."""
    status = read_status(folder)
    return status if status is not None and is_held(folder) and status.pid == _holder(folder) else None


def is_held(folder: Path) -> bool:
    """Return True if a process holds the instance lock of this home."""
    return is_locked(_lock_file(folder))


@contextmanager
def instance_lock(folder: Path) -> Iterator[None]:
    """Hold the instance lock while the block runs. Raises AlreadyUpError, which describes the process that holds it."""
    make_private(folder)
    # A process that checks the lock holds it for a moment, so the lock is tried for PATIENCE_SECONDS.
    lock = take_lock(_lock_file(folder), wait_seconds=PATIENCE_SECONDS, holder=str(os.getpid()), mode=PRIVATE)
    if lock is None:
        raise AlreadyUpError(describe_status(running_status(folder)))
    with lock:
        try:
            yield
        finally:
            _remove_status(folder)


def make_private(folder: Path) -> None:
    """Create the folder if it is missing, and give access to its owner only."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)


def _remove_status(folder: Path) -> None:
    """Remove the status file, unless a process with its mark still runs: only this file identifies such a process."""
    status = read_status(folder)
    if status is None or not find_processes(status.mark):
        status_file(folder).unlink(missing_ok=True)


def _holder(folder: Path) -> int | None:
    """Return the process id in the lock file, or None if there is none."""
    try:
        return int(holder_of(_lock_file(folder)))
    except ValueError:
        return None


def describe_status(status: SupervisorStatus | None) -> str:
    """Return a sentence on the process, its stage, its start time and its addresses, for a message."""
    if status is None:
        return "another `modelward up` or `down` of this home has just started"
    addresses = ", ".join(one for one in (status.ui_url, status.evidence_url) if one)
    since = f"{datetime.fromisoformat(status.since):%Y-%m-%d %H:%M:%S} UTC"
    return f"`modelward up` of this home is {status.stage} as process {status.pid} since {since}: {addresses}"


def _lock_file(folder: Path) -> Path:
    return folder / "up.lock"
