"""Run a Prefect server on a free loopback port while a block of code runs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import PrefectUnavailableError
from modelward.supervisor.child_process import ChildProcess, log_tail
from modelward.supervisor.loopback import answers, port_for
from modelward.supervisor.prefect_environment import Addresses, environment_of_child
from modelward.supervisor.process_specs import ProcessSpecs

STARTUP_SECONDS = 120.0
SHUTDOWN_SECONDS = 15.0
POLL_SECONDS = 0.2


class PrefectServer:
    """A server process that was started; it may not answer yet."""

    def __init__(self, home: Path) -> None:
        self._addresses = Addresses(port_for(0, "prefect_port"), evidence_url="", login="")
        specs = ProcessSpecs(home / "prefect", secrets.token_hex(16), environment_of_child(home))
        self._child = ChildProcess(specs.server(self._addresses))

    @property
    def api_url(self) -> str:
        """The address of the server for Prefect's clients."""
        return self._addresses.api_url

    def wait(self) -> None:
        """Wait until the server answers. Raises PrefectUnavailableError when it ends or is too slow."""
        log = self._child.spec.log
        deadline = time.monotonic() + STARTUP_SECONDS
        while not answers(f"{self.api_url}/health"):
            if self._child.exit_code is not None:
                what = f"the Prefect server ended while starting:\n{log_tail(log)}"
                raise PrefectUnavailableError(what, f"read {log}, correct what it reports, and try again")
            if time.monotonic() > deadline:
                what = f"the Prefect server did not answer within {STARTUP_SECONDS:.0f} s"
                raise PrefectUnavailableError(what, f"read {log}, correct what it reports, and try again")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the server with SIGTERM, then SIGKILL."""
        self._child.end(SHUTDOWN_SECONDS)


@contextmanager
def prefect_server(home: Path) -> Iterator[PrefectServer]:
    """Start a server and end it after the block. Call `wait` before the server is used."""
    server = PrefectServer(home)
    try:
        yield server
    finally:
        server.stop()
