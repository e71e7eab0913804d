"""A Prefect server on a free loopback port, for one block of code: the demo, a command without a running server."""

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
    """A server that was started; it may not answer yet."""

    def __init__(self, home: Path) -> None:
        self._addresses = Addresses(port_for(0, "prefect_port"), evidence_url="", login="")
        specs = ProcessSpecs(home / "prefect", secrets.token_hex(16), environment_of_child(home))
        self._child = ChildProcess(specs.server(self._addresses))

    @property
    def api_url(self) -> str:
        """The address for Prefect's clients."""
        return self._addresses.api_url

    def wait(self) -> None:
        """Wait until it answers. Raises PrefectUnavailableError when it ended or takes too long."""
        log = self._child.spec.log
        deadline = time.monotonic() + STARTUP_SECONDS
        while not answers(f"{self.api_url}/health"):
            if self._child.exit_code is not None:
                raise PrefectUnavailableError(f"the Prefect server ended while starting, see {log}:\n{log_tail(log)}")
            if time.monotonic() > deadline:
                raise PrefectUnavailableError(
                    f"the Prefect server did not come up in {STARTUP_SECONDS:.0f} s, see {log}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End it: SIGTERM, then SIGKILL."""
        self._child.end(SHUTDOWN_SECONDS)


@contextmanager
def prefect_server(home: Path) -> Iterator[PrefectServer]:
    """Start a server and end it with the block; other work can be done before `wait`."""
    server = PrefectServer(home)
    try:
        yield server
    finally:
        server.stop()
