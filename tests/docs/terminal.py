"""A terminal of the reader: it runs commands in a real pseudo-terminal and answers their questions."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
PROMPT = re.compile(r"^(?P<title>[A-Z][^\n]*?)(?: \[[^\n]*\])?: $")
KEEP_DIRECTORY = "trap 'pwd > \"$PLACE\"' EXIT\nset -e\n"
SECONDS = 240.0
WIDE = "118"

TypedAnswer = Callable[[str, str], str]


class Terminal:
    """A shell that keeps its directory from block to block."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._place = folder / "place"
        self._place.write_text(str(folder))
        self._environment = {**environment, "PLACE": str(self._place), "COLUMNS": WIDE, "TERM": "xterm"}
        self.directory = folder

    def start(self, commands: str) -> RunningBlock:
        """Start a block and return at once; the block stops at the first command that fails."""
        return RunningBlock(commands, self.directory, self._environment)

    def run(self, commands: str, answer: TypedAnswer) -> tuple[int, str]:
        """Run a block to its end; return its exit code and its output."""
        ended = self.start(commands).wait(answer)
        self.directory = Path(self._place.read_text().strip())
        return ended


class RunningBlock:
    """A block that runs in its own pseudo-terminal."""

    def __init__(self, commands: str, directory: Path, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._commands = commands
        self._process = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-c", KEEP_DIRECTORY + commands],
            cwd=directory,
            env=dict(environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._shown, self._answered = b"", 0

    def wait(self, answer: TypedAnswer) -> tuple[int, str]:
        """Answer questions with `answer(title, output so far)` until the block ends; fail after `SECONDS`."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            title = self._question()
            if title:
                self._answered = len(self._shown)
                os.write(self._ours, answer(title, self.shown).encode() + b"\n")
        code = self._process.wait(max(1.0, deadline - time.monotonic()))
        os.close(self._ours)
        return code, self.shown

    def watch(self, lacks: Callable[[str], object]) -> str:
        """Wait until `lacks(output)` is empty while the block runs, and return the output; fail after `SECONDS`."""
        deadline = time.monotonic() + SECONDS
        while lacks(self.shown):
            assert self._read(deadline), f"ended before it showed {lacks(self.shown)}:\n{self.shown}"
        return self.shown

    def end(self) -> None:
        """End the block and every process of its process group."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def shown(self) -> str:
        """Return the output without colours and overwritten text."""
        lines = ESCAPE.sub("", self._shown.decode("utf-8", "replace")).replace("\r\n", "\n").split("\n")
        return "\n".join(line.rpartition("\r")[2] for line in lines)

    def _read(self, deadline: float) -> bool:
        """Read some output; return False at the end of the output."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        in_time = bool(ready) and time.monotonic() < deadline
        assert in_time, f"did not end within {SECONDS:.0f} s:\n{self._commands}\n{self.shown}"
        try:
            output = os.read(self._ours, 65_536)
        except OSError:  # the other side of the pseudo-terminal is closed
            return False
        self._shown += output
        return bool(output)

    def _question(self) -> str:
        """Return the title of the question that the block waits on, if it asked one since the last answer."""
        if self._answered == len(self._shown):
            return ""
        found = PROMPT.fullmatch(self.shown.rpartition("\n")[2])
        return found["title"] if found else ""
