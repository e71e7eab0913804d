"""`modelward up` as people run it: a real server, a real worker, on free ports, on a registry of one's own.

with running_up(home) as up:
    up("status", "--json")          a command of modelward, in a process of its own
    up.ask("/flow_runs/filter", {}) the server's API
up.processes()                      every process that was started for this home and still is there
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

from modelward.supervisor.loopback import ask

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 240.0
POLL_SECONDS = 0.2
T = TypeVar("T")


@dataclass(frozen=True)
class Answered:
    """What a server answered that was not too busy to: perhaps nothing at all."""

    content: Any


@dataclass
class RunningUp:
    """The home, and the `up` that runs for it."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Bring it up in the foreground and wait until it says that it is."""
        with self.words.open("wb") as words:
            command = [sys.executable, "-m", "modelward", "up"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=words, stderr=subprocess.STDOUT, start_new_session=True
            )
        until(lambda: "Ctrl-C ends it" in self.said() or self.ended())
        assert not self.ended(), self.said()

    def kill(self) -> None:
        """kill -9 of `up` alone: what it started goes on."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def ended(self) -> bool:
        """Whether it does not run any more."""
        return self.process is not None and self.process.poll() is not None

    def __call__(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """A command for this home."""
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
        """What the server answers."""
        return ask(self.status["api_url"], path, self.settings.get("MODELWARD_PREFECT_LOGIN", ""), question)

    def runs(self, deployment: str, **filters: Any) -> list[dict[str, Any]]:
        """Runs of a deployment, the newest first."""
        question = {"deployments": {"name": {"any_": [deployment]}}, "flow_runs": filters, "sort": "START_TIME_DESC"}
        reply = until(
            lambda: Answered(found) if (found := self.ask("/flow_runs/filter", question)) is not None else None
        )
        found: list[dict[str, Any]] = reply.content
        return found

    def processes(self) -> dict[int, str]:
        """What was started for this home, by this `up` or by an earlier one, and its command."""
        found = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.environ().get("MODELWARD_HOME") == str(self.home):
                    found[process.pid] = " ".join(process.cmdline())
        return found

    @property
    def status(self) -> dict[str, Any]:
        """What `up` says of itself."""
        content: dict[str, Any] = json.loads((self.home / "up" / "up.json").read_bytes())
        return content

    @property
    def words(self) -> Path:
        """What `up` said on its terminal."""
        return self.home.parent / "up.txt"

    def said(self) -> str:
        return self.words.read_text("utf-8")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MODELWARD_"))}
        free = {"MODELWARD_PREFECT_PORT": "0", "MODELWARD_EVIDENCE_PORT": "0", "COLUMNS": "200"}
        return {**kept, **free, "MODELWARD_HOME": str(self.home), "MODELWARD_ACTOR": "dev", **self.settings}


@contextmanager
def running_up(home: Path, **settings: str) -> Iterator[RunningUp]:
    """A up that is up; whatever the block did to it, nothing of it remains afterwards."""
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
    """What is asked for, once there is any of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"nothing after {PATIENCE_SECONDS:.0f} s"
        time.sleep(POLL_SECONDS)
    return answer
