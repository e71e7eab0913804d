"""What an `up` started is ended: in an order in which each can still speak, nobody else's process, and never half."""

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
from modelward.supervisor.process_discovery import is_running, mark_of_part, marked_processes
from modelward.supervisor.shutdown import end_processes, end_stale_processes

LAST_WORDS = """
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


class Left:
    """What an `up` left when it was killed: its processes, and their last words in the order they were said in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.words = folder, folder / "words.txt"
        self.mark = f"test-{folder.name}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, part: str, takes: float = 0.0) -> None:
        command = [sys.executable, "-c", LAST_WORDS, str(self.words), name, str(takes)]
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
def left(home: Path, tmp_path: Path) -> Iterator[Left]:
    left = Left(tmp_path)
    yield left
    for one in left.processes.values():
        one.kill()
        one.wait()


def test_runs_go_first_and_are_waited_for_then_the_worker_and_the_server_last(left: Left) -> None:
    for name, part, takes in (("server", "server", 0), ("worker", "worker", 0), ("run", "worker", 0.5)):
        left.start(name, part, takes)
    ended = end_processes(left.status())
    assert (ended.signalled, ended.still_running) == (3, ())
    assert left.words.read_text().split() == ["run", "worker", "server"]


def test_what_is_left_without_its_account_is_not_lost(left: Left) -> None:
    folder = Home.here().up
    left.start("server", "server")
    with instance_lock(folder):
        write_status(folder, replace(left.status(), pid=os.getpid()))
        write_status(folder, left.status())
    assert read_status(folder) == left.status()
    assert end_supervisor(folder) == "ended 1 processes that a killed `modelward up` had left"
    assert (marked_processes(left.mark), status_file(folder).exists()) == ([], False)
    assert end_supervisor(folder) == f"nothing was up for {folder.parent}"


def test_where_nothing_ever_was_down_leaves_nothing(home: Path) -> None:
    folder = Home.here().up
    assert end_supervisor(folder) == f"nothing was up for {folder.parent}"
    assert not folder.exists()


def test_down_signals_nobody_on_the_word_of_an_account_that_its_holder_did_not_write(left: Left) -> None:
    folder = Home.here().up
    left.start("somebody", "elsewhere")
    somebody = left.processes["somebody"].pid
    with instance_lock(folder):
        write_status(folder, replace(left.status(), pid=somebody))
        with pytest.raises(SupervisorError, match="has just begun") as refused:
            end_supervisor(folder)
    assert refused.value.remedy == "try again in a moment"
    assert is_running(somebody, left.mark)


def test_what_nothing_ends_is_named_and_its_account_stays(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Home.here().up
    left.start("server", "server")
    with instance_lock(folder):
        write_status(folder, left.status())
        with monkeypatch.context() as here:
            here.setattr(shutdown, "PATIENCE_SECONDS", 0.1)
            here.setattr(process_discovery, "LAST_SECONDS", 0.1)
            here.setattr(process_discovery.psutil.Process, "send_signal", lambda self, number: None)
            with pytest.raises(
                SupervisorError, match=f"process {left.processes['server'].pid} of this home does not end"
            ):
                end_stale_processes(folder)
    assert read_status(folder) == left.status()
