"""Run `modelward up` in tests: a real server and worker on free ports, with a registry of its own.

with running_up(home) as up:
    up("status", "--json")          run a command of modelward in a process of its own
    up.answer("/flow_runs/filter", {})   call the server's API until it answers
up.processes()                      every running process that was started for this home
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil

from modelward.supervisor.loopback import Reply, ask_for_reply

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 240.0
POLL_SECONDS = 0.2
T = TypeVar("T")


@dataclass
class RunningUp:
    """A home and its `modelward up`."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start `up` in the foreground and wait until it prints that it is ready."""
        with self.output_file.open("wb") as output:
            command = [sys.executable, "-m", "modelward", "up"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        until(lambda: "press Ctrl-C to stop" in self.output() or self.ended())
        assert not self.ended(), self.output()

    def kill(self) -> None:
        """Kill `up` alone with SIGKILL; the processes that it started continue."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> int:
        """Send SIGINT, as Ctrl-C does, and return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def ended(self) -> bool:
        """Return True if `up` was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def __call__(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command for this home."""
        return subprocess.run(
            [sys.executable, "-m", "modelward", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def ask(self, path: str, question: object = None) -> Any:
        """Return the answer of the server's API; None if it does not answer."""
        return self._reply(path, question).content

    def answer(self, path: str, question: object = None) -> Any:
        """Return the answer of the server's API; ask again while it is too busy to answer."""
        return until(lambda: None if (reply := self._reply(path, question)).fault else reply).content

    def runs(self, deployment: str, **filters: Any) -> list[dict[str, Any]]:
        """Return the runs of a deployment, latest first."""
        question = {"deployments": {"name": {"any_": [deployment]}}, "flow_runs": filters, "sort": "START_TIME_DESC"}
        found: list[dict[str, Any]] = self.answer("/flow_runs/filter", question)
        return found

    def _reply(self, path: str, question: object) -> Reply:
        login = self.settings.get("MODELWARD_PREFECT_LOGIN", "")
        return ask_for_reply(self.status["api_url"], path, login, question)

    def processes(self) -> dict[int, str]:
        """Return the running processes that any `up` started for this home: command by process id."""
        found = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.environ().get("MODELWARD_HOME") == str(self.home):
                    found[process.pid] = " ".join(process.cmdline())
        return found

    @property
    def status(self) -> dict[str, Any]:
        """The content of the status file."""
        content: dict[str, Any] = json.loads((self.home / "up" / "up.json").read_bytes())
        return content

    @property
    def output_file(self) -> Path:
        """The file with the terminal output of `up`."""
        return self.home.parent / "up.txt"

    def output(self) -> str:
        return self.output_file.read_text("utf-8")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MODELWARD_"))}
        free = {"MODELWARD_PREFECT_PORT": "0", "MODELWARD_EVIDENCE_PORT": "0", "COLUMNS": "200"}
        return {**kept, **free, "MODELWARD_HOME": str(self.home), "MODELWARD_ACTOR": "dev", **self.settings}


@contextmanager
def running_up(home: Path, **settings: str) -> Iterator[RunningUp]:
    """Run `up` for a home while the block runs; end all its processes afterwards, in any case."""
    up = RunningUp(home, settings)
    try:
        up.start()
        yield up
    finally:
        if up.process is not None and not up.ended():
            up.interrupt()
        for pid in up.processes():
            os.kill(pid, signal.SIGKILL)


def until(ask: Callable[[], T]) -> T:
    """Call a function until its result is true, and return that result; fail after PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"nothing after {PATIENCE_SECONDS:.0f} s"
        time.sleep(POLL_SECONDS)
    return answer
