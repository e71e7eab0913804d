"""A signal ends a waiting run in this process at once, with its clean-up: what it started ends too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modelward.runs.termination import ending_on_signals

PLAIN = "time.sleep(600)"
IN_A_FLOW = """
    from prefect.utilities.engine import capture_sigterm
    with capture_sigterm():
        print("waits", flush=True)
        time.sleep(600)
"""
WAITING = """
import atexit, pathlib, signal, sys, time
from modelward.runs.termination import ending_on_signals
atexit.register(lambda: pathlib.Path(sys.argv[1]).write_text("freed"))
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests that `nohup` started would ignore it
{before}
with ending_on_signals():
    print("waits", flush=True)
    {wait}
"""
ENDS = {
    "SIGTERM": (signal.SIGTERM, PLAIN, 143),
    "SIGTERM while a flow runs": (signal.SIGTERM, IN_A_FLOW, 143),
    "SIGHUP of a closed terminal": (signal.SIGHUP, PLAIN, 129),
    "SIGHUP while a flow runs": (signal.SIGHUP, IN_A_FLOW, 129),
}


@pytest.mark.parametrize(("number", "wait", "code"), ENDS.values(), ids=ENDS)
def test_a_waiting_process_ends_at_once_and_frees_everything_on(
    tmp_path: Path, number: signal.Signals, wait: str, code: int
) -> None:
    with waiting(tmp_path, wait) as process:
        for _ in range(1 + (wait is IN_A_FLOW)):
            assert process.stdout is not None
            assert process.stdout.readline() == "waits\n"
        process.send_signal(number)
        assert process.wait(timeout=30) == code
    assert (tmp_path / "freed").read_text() == "freed"


@contextmanager
def waiting(folder: Path, wait: str, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """Start a process that waits; end it after the block."""
    script = WAITING.format(wait=wait.strip(), before=before)
    arguments = [sys.executable, "-c", script, str(folder / "freed")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    ignoring = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    with waiting(tmp_path, "time.sleep(0.5)", ignoring) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        assert process.wait(timeout=30) == 0


def test_the_handlers_of_the_process_are_restored() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)
    with ending_on_signals(), pytest.raises(SystemExit) as ended:
        os.kill(os.getpid(), signal.SIGTERM)
    assert ended.value.code == 143
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)) == before


def test_another_thread_runs_without_handlers() -> None:
    found: list[object] = []

    def run() -> None:
        with ending_on_signals():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]
