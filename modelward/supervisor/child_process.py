"""A process that the house keeps: started into a session of its own, its words in a log of bounded size, started again
when it dies, ended politely and then for good."""

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

from data.records.instant import write_instant
from modelward.supervisor.instance_lock import ProcessStatus, make_private

LOG_BYTES = 5_000_000
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 300.0


@dataclass(frozen=True)
class ProcessSpec:
    """What a process is for: its name, its command, its environment, its log."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path


class ChildProcess:
    """A process that is running, or should be."""

    def __init__(self, role: ProcessSpec) -> None:
        self.role = role
        self._restarts = 0
        self._last_exit: int | None = None
        self._in_a_row = 0
        self._due = 0.0
        self._start()

    @property
    def tenant(self) -> ProcessStatus:
        """It, as the account of the house names it."""
        return ProcessStatus(self._process.pid, self._since, self._restarts, self._last_exit)

    @property
    def pid(self) -> int:
        """Its process id, which is its session's too."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """With what it ended, or None while it runs."""
        return self._process.poll()

    def keep_up(self, now: float) -> bool:
        """Start it again if it has died and its pause is over; whether something changed. `now` is monotonic."""
        exit_code = self.exit_code
        if exit_code is None:
            return False
        if not self._due:
            end_group(self.pid, signal.SIGKILL)
            self._last_exit = exit_code
            self._in_a_row = 0 if now - self._started > STEADY_SECONDS else self._in_a_row + 1
            self._due = now + pause_before(self._in_a_row)
        if now < self._due:
            return False
        self._restarts += 1
        self._start()
        return True

    def end(self, patience: float) -> None:
        """End it and its session politely, and after a while for good.

        One whose end was seen already is left alone: its number may be another process's by now.
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
        bound_log(self.role.log)
        self._due, self._started = 0.0, time.monotonic()
        self._since = write_instant(datetime.now(UTC))
        with self.role.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.role.command),
                cwd=self.role.folder,
                env=dict(self.role.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def pause_before(deaths_in_a_row: int) -> float:
    """Seconds before the next start: none, one, two, four, … and a minute at most."""
    return 0.0 if deaths_in_a_row <= 1 else min(LONGEST_PAUSE_SECONDS, 2.0 ** (deaths_in_a_row - 2))


def bound_log(log: Path) -> None:
    """Put a log that has grown long aside, in place of the one put aside before."""
    make_private(log.parent)
    if log.is_file() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    log.touch(mode=0o600)


def last_words(log: Path, lines: int = 12) -> str:
    """The end of a log, for a person who wants to know what happened."""
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_000))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])


def end_group(group: int, how: signal.Signals) -> None:
    """Send a signal to every process of a group that is still there."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, how)
