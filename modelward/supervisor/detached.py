"""An `up` in the background: started with a log in place of a terminal, and ended by another command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from data.errors import AlreadyUpError, SupervisorError
from data.files.home import Home
from modelward.supervisor.child_process import log_tail, rotate_log
from modelward.supervisor.instance_lock import (
    SupervisorStatus,
    describe_status,
    instance_lock,
    is_held,
    make_private,
    running_status,
)
from modelward.supervisor.prefect_environment import environment_at
from modelward.supervisor.process_discovery import marked_processes
from modelward.supervisor.process_specs import PROVISIONING
from modelward.supervisor.recovery_report import RecoveryReport, read_recovery_report
from modelward.supervisor.shutdown import end_stale_processes, require_ended

READY_SECONDS = 300.0
RECONCILING_SECONDS = 60.0
SHUTDOWN_SECONDS = 150.0
POLL_SECONDS = 0.2


def start_detached(home: Home) -> int:
    """Start `modelward up` in a session of its own and wait until it is ready; returns its process id.

    Raises SupervisorError, AlreadyUpError.
    """
    if is_held(home.up):
        raise AlreadyUpError(describe_status(running_status(home.up)))
    make_private(home.up)
    log = home.up / "logs" / "up.log"
    rotate_log(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "modelward", "up"],
            env=environment_at(home.root),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _await_ready(process, home, log)
    except BaseException:
        process.terminate()
        raise


def _await_ready(process: subprocess.Popen[bytes], home: Home, log: Path) -> int:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None:
        status = running_status(home.up)
        if status is not None and (status.pid, status.stage) == (process.pid, "ready"):
            return process.pid
        if time.monotonic() > deadline:
            raise SupervisorError(f"it was not ready in {READY_SECONDS:.0f} s, see {log}")
        time.sleep(POLL_SECONDS)
    raise SupervisorError(f"it ended with {process.returncode} while starting, see {log}:\n{log_tail(log)}")


def await_recovery_report(folder: Path) -> RecoveryReport:
    """The recovery report of the `up` that is ready: complete, or as far as it is after RECONCILING_SECONDS."""
    deadline = time.monotonic() + RECONCILING_SECONDS
    while True:
        status = running_status(folder)  # read first: after provisioning has ended, the report read next is final
        report = read_recovery_report(folder) or RecoveryReport(is_complete=False)
        if report.is_complete or status is None or time.monotonic() > deadline:
            return report
        if PROVISIONING not in status.processes:
            return report.with_failure(f"reconciling ended before it was done, see {folder / 'logs'}")
        time.sleep(POLL_SECONDS)


def end_supervisor(folder: Path) -> str:
    """End the `up` of this home, or the processes of one that was killed; returns what was done.

    Raises SupervisorError.
    """
    status = running_status(folder)
    if status is not None:
        return _end(status, folder)
    if not folder.is_dir():
        return f"nothing was up for {folder.parent}"
    try:
        with instance_lock(folder):
            ended = end_stale_processes(folder)
    except AlreadyUpError as error:
        raise SupervisorError(error.what, "try again in a moment") from error
    return ended or f"nothing was up for {folder.parent}"


def _end(status: SupervisorStatus, folder: Path) -> str:
    with suppress(ProcessLookupError):
        os.kill(status.pid, signal.SIGTERM)
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    while is_held(folder):
        if time.monotonic() > deadline:
            raise SupervisorError(
                f"process {status.pid} has not ended in {SHUTDOWN_SECONDS:.0f} s", f"end it: kill {status.pid}"
            )
        time.sleep(POLL_SECONDS)
    require_ended(marked_processes(status.mark))
    return f"ended process {status.pid} and everything it ran"
