"""A child process is restarted with growing pauses, and ended together with the processes that it started."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from modelward.supervisor import child_process, process_discovery
from modelward.supervisor.child_process import LOG_BYTES, ChildProcess, ProcessSpec, log_tail, pause_before, rotate_log
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import (
    ShutdownResult,
    find_processes,
    is_running,
    mark_of_part,
    terminate_processes,
)
from tests.supervisor_fixtures import until

SLEEPER = "import time; print('awake', flush=True); time.sleep(600)"
PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], start_new_session=True)
print("awake", flush=True)
time.sleep(600)
"""
RESTLESS = f"""
import subprocess, sys, time
print("awake", flush=True)
for _ in range(40):
    subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], start_new_session=True)
    time.sleep(0.1)
time.sleep(600)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('awake', flush=True); time.sleep(600)"
)


def child(tmp_path: Path, code: str, mark: str = "none") -> ChildProcess:
    environment = {**os.environ, MARK: mark}
    spec = ProcessSpec("child", (sys.executable, "-c", code), environment, tmp_path, tmp_path / "logs" / "child.log")
    started = ChildProcess(spec)
    until(lambda: "awake" in spec.log.read_text() or started.exit_code is not None)
    return started


def test_a_killed_process_is_restarted_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, child_process.__name__)
    process = child(tmp_path, SLEEPER)
    assert caplog.messages == [f"started child as process {process.pid}"]
    assert not process.restart_if_due(time.monotonic())
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: process.exit_code is not None)
    before = process.pid
    assert process.restart_if_due(time.monotonic())
    assert (process.status.restarts, process.status.last_exit) == (1, -9)
    assert caplog.messages[1:] == [f"restarted child as process {process.pid}, restart 1"]
    assert process.pid != before
    process.end(10)
    assert process.exit_code == -signal.SIGTERM


def test_a_process_that_ends_at_once_is_restarted_after_growing_pauses(tmp_path: Path) -> None:
    process = child(tmp_path, "raise SystemExit(7)")
    now, due = time.monotonic(), []
    for _ in range(5):
        until(lambda: process.exit_code is not None)
        while not process.restart_if_due(now):
            now += 0.5
        due.append(now)
    pauses = [later - earlier for earlier, later in pairwise(due)]
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert process.status.last_exit == 7
    process.end(10)


@pytest.mark.parametrize(("deaths", "seconds"), [(0, 0), (1, 0), (2, 1), (3, 2), (8, 60), (500, 60)])
def test_the_pause_before_a_restart_is_at_most_a_minute(deaths: int, seconds: float) -> None:
    assert pause_before(deaths) == seconds


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    process = child(tmp_path, STUBBORN)
    process.end(0.2)
    assert process.exit_code == -signal.SIGKILL


def test_a_grandchild_in_its_own_session_is_found_by_its_mark_and_ended(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    process = child(tmp_path, PARENT, mark_of_part(mark, "worker"))
    until(lambda: len(find_processes(mark)) == 2)
    assert find_processes(mark_of_part(mark, "server")) == []
    assert terminate_processes(mark_of_part(mark, "worker"), 10) == ShutdownResult(signalled=2)
    assert find_processes(mark) == []
    process.end(1)


def test_a_marked_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    process = child(tmp_path, STUBBORN, mark)
    assert terminate_processes(mark, 0.2) == ShutdownResult(signalled=1)
    process.end(1)
    assert process.exit_code == -signal.SIGKILL


def test_a_spared_process_continues_and_processes_that_it_starts_are_ended(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    process = child(tmp_path, RESTLESS, mark)
    until(lambda: len(find_processes(mark)) > 1)
    assert terminate_processes(mark, 0.2, {process.pid}).signalled > 1
    assert is_running(process.pid, mark)
    terminate_processes(mark, 10)
    process.end(1)


def test_a_process_that_does_not_end_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = f"test-{tmp_path.name}"
    process = child(tmp_path, SLEEPER, mark)
    with monkeypatch.context() as here:
        here.setattr(process_discovery, "LAST_SECONDS", 0.2)
        here.setattr(
            process_discovery.psutil.Process, "send_signal", lambda self, number: None
        )  # like a process that waits for a disk
        assert terminate_processes(mark, 0.2) == ShutdownResult(signalled=1, still_running=(process.pid,))
    process.end(10)


def test_a_process_counts_as_running_only_with_its_mark(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    process = child(tmp_path, SLEEPER, mark)
    assert is_running(process.pid, mark)
    assert not is_running(os.getpid(), mark)
    process.end(10)
    assert not is_running(process.pid, mark)


def test_a_process_known_to_have_ended_gets_no_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = child(tmp_path, "raise SystemExit(7)")
    until(lambda: process.exit_code is not None)
    monkeypatch.setattr(child_process, "end_group", lambda *_: pytest.fail("another process may have this id by now"))
    process.end(1)
    assert process.exit_code == 7


def test_a_long_log_is_renamed_and_a_short_log_kept(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    rotate_log(log)
    assert (log.stat().st_size, (tmp_path / "worker.old.log").stat().st_size) == (0, LOG_BYTES + 1)
    log.write_text("short")
    rotate_log(log)
    assert log.read_text() == "short"


def test_the_tail_is_the_last_lines_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    assert log_tail(log) == ""
    log.write_text("\n".join(f"line {number}" for number in range(5_000)))
    assert log_tail(log, 2) == "line 4998\nline 4999"
