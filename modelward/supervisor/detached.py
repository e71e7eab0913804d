"""Start `modelward up` in the background, with a log instead of a terminal, and end it from another command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from data.errors import AlreadyUpError, SupervisorError
from data.files.file_access import PRIVATE_UMASK
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
from modelward.supervisor.process_discovery import find_processes
from modelward.supervisor.process_specs import PROVISIONING
from modelward.supervisor.recovery_report import RecoveryReport, read_recovery_report
from modelward.supervisor.shutdown import end_stale_processes, require_ended

READY_SECONDS = 300.0
RECONCILING_SECONDS = 60.0
SHUTDOWN_SECONDS = 150.0
POLL_SECONDS = 0.2


def start_detached(home: Home) -> int:
    """Start `modelward up` in a session of its own, wait until it is ready, and return its process id.

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
            umask=PRIVATE_UMASK,
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
            raise SupervisorError(f"`modelward up` was not ready within {READY_SECONDS:.0f} s; its log is {log}")
        time.sleep(POLL_SECONDS)
    what = f"`modelward up` ended with exit code {process.returncode} while starting; its log is {log}"
    raise SupervisorError(f"{what}:\n{log_tail(log)}")


def await_recovery_report(folder: Path) -> RecoveryReport:
    """Return the recovery report of the running `up` when it is complete, or as it is after RECONCILING_SECONDS."""
    deadline = time.monotonic() + RECONCILING_SECONDS
    while True:
        status = running_status(folder)  # read first: after provisioning has ended, the report read next is final
        report = read_recovery_report(folder) or RecoveryReport(is_complete=False)
        if report.is_complete or status is None or time.monotonic() > deadline:
            return report
        if PROVISIONING not in status.processes:
            return report.with_failure(f"reconciling ended before it was complete; the logs are in {folder / 'logs'}")
        time.sleep(POLL_SECONDS)


def end_supervisor(folder: Path) -> str:
    """End the `up` of this home, or the processes that a killed `up` left; return what was done.

    Raises SupervisorError.
    """
    status = running_status(folder)
    if status is not None:
        return _end(status, folder)
    if not folder.is_dir():
        return f"`modelward up` was not running for {folder.parent}"
    try:
        with instance_lock(folder):
            ended = end_stale_processes(folder)
    except AlreadyUpError as error:
        raise SupervisorError(error.what, "try again in a moment") from error
    return ended or f"`modelward up` was not running for {folder.parent}"


def _end(status: SupervisorStatus, folder: Path) -> str:
    with suppress(ProcessLookupError):
        os.kill(status.pid, signal.SIGTERM)
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    while is_held(folder):
        if time.monotonic() > deadline:
            raise SupervisorError(
                f"process {status.pid} did not end within {SHUTDOWN_SECONDS:.0f} s",
                f"end it with `kill -9 {status.pid}`, then run `modelward down` again",
            )
        time.sleep(POLL_SECONDS)
    require_ended(find_processes(status.mark))
    return f"ended process {status.pid} and every process that it started"
