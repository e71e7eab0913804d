"""The processes of an `up` are ended in order, without touching other processes, and a failure is reported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import SupervisorError
from data.files.home import Home
from modelward.supervisor import process_discovery, shutdown
from modelward.supervisor.detached import end_supervisor
from modelward.supervisor.instance_lock import (
    ProcessStatus,
    SupervisorStatus,
    instance_lock,
    read_status,
    status_file,
    write_status,
)
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import find_processes, is_running, mark_of_part
from modelward.supervisor.shutdown import end_processes, end_stale_processes

END_REPORTER = """
import signal, sys, time
def end(*_):
    time.sleep(float(sys.argv[3]))
    with open(sys.argv[1], "a") as file: file.write(sys.argv[2] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("awake", flush=True)
time.sleep(600)
"""
SINCE = "2026-03-01T09:00:00.000000Z"


class StaleProcesses:
    """The processes that a killed `up` left; each writes its name to `ends_file` when it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ends_file = folder, folder / "ends.txt"
        self.mark = f"test-{folder.name}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, part: str, takes: float = 0.0) -> None:
        command = [sys.executable, "-c", END_REPORTER, str(self.ends_file), name, str(takes)]
        environment = {**os.environ, MARK: mark_of_part(self.mark, part)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"awake\n"
        process.stdout.close()
        self.processes[name] = process

    def status(self) -> SupervisorStatus:
        processes = {name: ProcessStatus(one.pid, SINCE) for name, one in self.processes.items() if name != "run"}
        return SupervisorStatus(2**22 + 1, SINCE, "ready", self.mark, "", "", "", processes=processes)


@pytest.fixture
def stale(home: Path, tmp_path: Path) -> Iterator[StaleProcesses]:
    stale = StaleProcesses(tmp_path)
    yield stale
    for process in stale.processes.values():
        process.kill()
        process.wait()


def test_runs_end_first_then_the_worker_and_the_server_last(stale: StaleProcesses) -> None:
    for name, part, takes in (("server", "server", 0), ("worker", "worker", 0), ("run", "worker", 0.5)):
        stale.start(name, part, takes)
    ended = end_processes(stale.status())
    assert (ended.signalled, ended.still_running) == (3, ())
    assert stale.ends_file.read_text().split() == ["run", "worker", "server"]


def test_stale_processes_are_ended_by_their_status_file(stale: StaleProcesses) -> None:
    folder = Home.here().up
    stale.start("server", "server")
    with instance_lock(folder):
        write_status(folder, replace(stale.status(), pid=os.getpid()))
        write_status(folder, stale.status())
    assert read_status(folder) == stale.status()
    assert end_supervisor(folder) == "ended 1 process that a killed `modelward up` had left"
    assert (find_processes(stale.mark), status_file(folder).exists()) == ([], False)
    assert end_supervisor(folder) == f"`modelward up` was not running for {folder.parent}"


def test_down_without_any_up_creates_nothing(home: Path) -> None:
    folder = Home.here().up
    assert end_supervisor(folder) == f"`modelward up` was not running for {folder.parent}"
    assert not folder.exists()


def test_down_signals_no_process_of_a_status_that_another_process_wrote(stale: StaleProcesses) -> None:
    folder = Home.here().up
    stale.start("somebody", "elsewhere")
    somebody = stale.processes["somebody"].pid
    with instance_lock(folder):
        write_status(folder, replace(stale.status(), pid=somebody))
        with pytest.raises(SupervisorError, match="has just started") as refused:
            end_supervisor(folder)
    assert refused.value.remedy == "try again in a moment"
    assert is_running(somebody, stale.mark)


def test_a_process_that_does_not_end_is_an_error_and_its_status_file_is_kept(
    stale: StaleProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Home.here().up
    stale.start("server", "server")
    with instance_lock(folder):
        write_status(folder, stale.status())
        with monkeypatch.context() as here:
            here.setattr(shutdown, "PATIENCE_SECONDS", 0.1)
            here.setattr(process_discovery, "LAST_SECONDS", 0.1)
            here.setattr(process_discovery.psutil.Process, "send_signal", lambda self, number: None)
            with pytest.raises(
                SupervisorError, match=f"these processes of this home do not end: {stale.processes['server'].pid}"
            ):
                end_stale_processes(folder)
    assert read_status(folder) == stale.status()
