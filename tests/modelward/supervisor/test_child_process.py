"""A child is started again when it dies, not faster and faster, and is ended with everything it started."""

from __future__ import annotations

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
    end_marked,
    is_running,
    mark_of_part,
    marked_processes,
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


def test_one_that_dies_is_started_again_and_says_how_often(tmp_path: Path) -> None:
    one = child(tmp_path, SLEEPER)
    assert not one.restart_if_due(time.monotonic())
    os.kill(one.pid, signal.SIGKILL)
    until(lambda: one.exit_code is not None)
    before = one.pid
    assert one.restart_if_due(time.monotonic())
    assert (one.status.restarts, one.status.last_exit) == (1, -9)
    assert one.pid != before
    one.end(10)
    assert one.exit_code == -signal.SIGTERM


def test_one_that_dies_at_once_is_started_again_after_longer_and_longer_pauses(tmp_path: Path) -> None:
    one = child(tmp_path, "raise SystemExit(7)")
    now, due = time.monotonic(), []
    for _ in range(5):
        until(lambda: one.exit_code is not None)
        while not one.restart_if_due(now):
            now += 0.5
        due.append(now)
    pauses = [later - earlier for earlier, later in pairwise(due)]
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert one.status.last_exit == 7
    one.end(10)


@pytest.mark.parametrize(("deaths", "seconds"), [(0, 0), (1, 0), (2, 1), (3, 2), (8, 60), (500, 60)])
def test_a_pause_is_bounded(deaths: int, seconds: float) -> None:
    assert pause_before(deaths) == seconds


def test_one_that_does_not_listen_is_ended_for_good(tmp_path: Path) -> None:
    one = child(tmp_path, STUBBORN)
    one.end(0.2)
    assert one.exit_code == -signal.SIGKILL


def test_what_it_started_in_a_session_of_its_own_is_found_by_its_mark_and_ended(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    one = child(tmp_path, PARENT, mark_of_part(mark, "worker"))
    until(lambda: len(marked_processes(mark)) == 2)
    assert marked_processes(mark_of_part(mark, "server")) == []
    assert end_marked(mark_of_part(mark, "worker"), 10) == ShutdownResult(signalled=2)
    assert marked_processes(mark) == []
    one.end(1)


def test_one_with_a_mark_that_does_not_listen_is_ended_for_good(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    one = child(tmp_path, STUBBORN, mark)
    assert end_marked(mark, 0.2) == ShutdownResult(signalled=1)
    one.end(1)
    assert one.exit_code == -signal.SIGKILL


def test_one_that_is_spared_lives_on_and_what_it_starts_meanwhile_is_ended_too(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    one = child(tmp_path, RESTLESS, mark)
    until(lambda: len(marked_processes(mark)) > 1)
    assert end_marked(mark, 0.2, {one.pid}).signalled > 1
    assert is_running(one.pid, mark)
    end_marked(mark, 10)
    one.end(1)


def test_one_that_nothing_ends_is_named_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = f"test-{tmp_path.name}"
    one = child(tmp_path, SLEEPER, mark)
    with monkeypatch.context() as here:
        here.setattr(process_discovery, "LAST_SECONDS", 0.2)
        here.setattr(
            process_discovery.psutil.Process, "send_signal", lambda self, number: None
        )  # as one that waits for a disk
        assert end_marked(mark, 0.2) == ShutdownResult(signalled=1, still_running=(one.pid,))
    one.end(10)


def test_only_the_very_process_counts_as_alive_whoever_has_its_number(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    one = child(tmp_path, SLEEPER, mark)
    assert is_running(one.pid, mark)
    assert not is_running(os.getpid(), mark)
    one.end(10)
    assert not is_running(one.pid, mark)


def test_one_whose_end_was_seen_is_not_signalled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = child(tmp_path, "raise SystemExit(7)")
    until(lambda: one.exit_code is not None)
    monkeypatch.setattr(child_process, "end_group", lambda *_: pytest.fail("it is another process by now"))
    one.end(1)
    assert one.exit_code == 7


def test_a_log_that_has_grown_long_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    rotate_log(log)
    assert (log.stat().st_size, (tmp_path / "worker.old.log").stat().st_size) == (0, LOG_BYTES + 1)
    log.write_text("short")
    rotate_log(log)
    assert log.read_text() == "short"


def test_the_last_words_are_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    assert log_tail(log) == ""
    log.write_text("\n".join(f"line {number}" for number in range(5_000)))
    assert log_tail(log, 2) == "line 4998\nline 4999"
