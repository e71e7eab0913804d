"""A Prefect server of our own on a free loopback port, ended with the block that started it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import PrefectUnavailableError
from modelward.prefect_environment import environment_of_child

STARTUP_SECONDS = 120.0


class PrefectServer:
    """A server that was started, perhaps still coming up."""

    def __init__(self, home: Path) -> None:
        self._port = _free_port()
        self._log = home / "prefect" / "server.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self._port)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=environment_of_child(home), start_new_session=True
            )

    @property
    def api_url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self._port}/api"

    def wait(self) -> None:
        """Until it answers. Raises PrefectUnavailableError when it died or takes too long."""
        deadline = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise PrefectUnavailableError(f"the Prefect server ended while starting, see {self._log}")
            try:
                with urllib.request.urlopen(f"{self.api_url}/health", timeout=2):
                    return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.2)
        raise PrefectUnavailableError(f"the Prefect server did not come up in {STARTUP_SECONDS:.0f} s, see {self._log}")

    def stop(self) -> None:
        """End it, politely first."""
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def prefect_server(home: Path) -> Iterator[PrefectServer]:
    """Start a server and end it with the block; other work can be done before `wait`."""
    server = PrefectServer(home)
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
