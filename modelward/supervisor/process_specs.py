"""Define the commands of the processes that a supervisor runs: server, provisioning, worker, evidence pages."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modelward.supervisor.child_process import ProcessSpec
from modelward.supervisor.prefect_environment import MARK, Addresses
from modelward.supervisor.process_discovery import mark_of_part

SERVER, PROVISIONING, WORKER, EVIDENCE = "server", "provisioning", "worker", "evidence"
ROOT = Path(__file__).parents[2]
POOL = "modelward"


@dataclass(frozen=True)
class ProcessSpecs:
    """The specifications of the processes, with their folder of logs and status, their mark and their environment."""

    folder: Path
    mark: str
    environment: Mapping[str, str]

    def server(self, addresses: Addresses) -> ProcessSpec:
        """Return the specification of the Prefect server, which listens on loopback only."""
        port = str(addresses.prefect_port)
        return self._prefect(SERVER, "server", "start", "--host", "127.0.0.1", "--port", port)

    def provisioning(self) -> ProcessSpec:
        """Return the specification of the process that prepares the server and then ends."""
        return self._python(PROVISIONING, "modelward.supervisor.provisioning", str(self.folder))

    def worker(self) -> ProcessSpec:
        """Return the specification of the worker, which runs the flows."""
        return self._prefect(WORKER, "worker", "start", "--pool", POOL, "--type", "process", "--name", POOL)

    def evidence(self, port: int) -> ProcessSpec:
        """Return the specification of the server of the evidence pages."""
        return self._python(EVIDENCE, "modelward", "serve", "--port", str(port))

    def log(self, name: str) -> Path:
        """Return the path of the log of a process."""
        return self.folder / "logs" / f"{name}.log"

    def _prefect(self, name: str, *arguments: str) -> ProcessSpec:
        return self._python(name, "prefect", "--no-prompt", *arguments)

    def _python(self, name: str, module: str, *arguments: str) -> ProcessSpec:
        command = (sys.executable, "-m", module, *arguments)
        environment = {**self.environment, MARK: mark_of_part(self.mark, name)}
        return ProcessSpec(name, command, environment, ROOT, self.log(name))
