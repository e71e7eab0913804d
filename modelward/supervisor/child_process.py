"""Run a process in a session of its own: write its output to a log of bounded size, restart the process when it ends,
and end it with SIGTERM before SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.files.file_access import PRIVATE_FILE, PRIVATE_UMASK
from data.records.instant import write_instant
from data.text.safe_log import safe_logger
from modelward.supervisor.instance_lock import ProcessStatus, make_private

logger = safe_logger(__name__)
LOG_BYTES = 5_000_000
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 300.0


@dataclass(frozen=True)
class ProcessSpec:
    """How to run a process: its name, command, environment, working directory and log."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path


class ChildProcess:
    """A process that the supervisor keeps running."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self._restarts = 0
        self._last_exit: int | None = None
        self._ends_in_a_row = 0
        self._due = 0.0
        self._start()

    @property
    def status(self) -> ProcessStatus:
        """The status of the process, as written to the status file."""
        return ProcessStatus(self._process.pid, self._since, self._restarts, self._last_exit)

    @property
    def pid(self) -> int:
        """The process id, which is also the id of the session."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code of the process, or None while it runs."""
        return self._process.poll()

    def restart_if_due(self, now: float) -> bool:
        """Restart the process if it has ended and the pause is over; return True if it was restarted.

        `now` is the monotonic time in seconds.
        """
        exit_code = self.exit_code
        if exit_code is None:
            return False
        if not self._due:
            end_group(self.pid, signal.SIGKILL)
            self._last_exit = exit_code
            self._ends_in_a_row = 0 if now - self._started > STEADY_SECONDS else self._ends_in_a_row + 1
            self._due = now + pause_before(self._ends_in_a_row)
        if now < self._due:
            return False
        self._restarts += 1
        self._start()
        return True

    def end(self, patience: float) -> None:
        """Send SIGTERM to the session of the process, and SIGKILL after `patience` seconds.

        A process that is known to have ended gets no signal: another process may have the same id by now.
        """
        if self._process.returncode is not None:
            return
        if self.exit_code is None:
            end_group(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=patience)
        end_group(self.pid, signal.SIGKILL)
        self._process.wait()

    def _start(self) -> None:
        rotate_log(self.spec.log)
        self._due, self._started = 0.0, time.monotonic()
        self._since = write_instant(datetime.now(UTC))
        with self.spec.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.spec.command),
                cwd=self.spec.folder,
                env=dict(self.spec.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=PRIVATE_UMASK,
            )
        if self._restarts:
            logger.info("restarted %s as process %d, restart %d", self.spec.name, self.pid, self._restarts)
        else:
            logger.info("started %s as process %d", self.spec.name, self.pid)


def pause_before(ends_in_a_row: int) -> float:
    """Return the seconds to wait before the next start: 0, 1, 2, 4 and so on, at most LONGEST_PAUSE_SECONDS."""
    return 0.0 if ends_in_a_row <= 1 else min(LONGEST_PAUSE_SECONDS, 2.0 ** (ends_in_a_row - 2))


def rotate_log(log: Path) -> None:
    """Rename a log that is longer than LOG_BYTES to `.old.log`; create the log if it does not exist."""
    make_private(log.parent)
    if log.is_file() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    log.touch(mode=PRIVATE_FILE)


def log_tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log for an error message; an empty text if there is no log."""
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_000))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])


def end_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group, if it still exists."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
