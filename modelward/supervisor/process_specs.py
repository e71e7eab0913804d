"""Who lives in the house: the server, the one who furnishes it, the worker, the evidence pages; and their commands."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modelward.supervisor.child_process import ProcessSpec
from modelward.supervisor.prefect_environment import MARK, Addresses
from modelward.supervisor.process_discovery import part_of

SERVER, PROVISIONING, WORKER, EVIDENCE = "server", "furnishing", "worker", "evidence"
ROOT = Path(__file__).parents[2]
POOL = "modelward"


@dataclass(frozen=True)
class ProcessSpecs:
    """Where logs and accounts lie, and the environment that everybody has."""

    folder: Path
    mark: str
    environment: Mapping[str, str]

    def server(self, addresses: Addresses) -> ProcessSpec:
        """The Prefect server, for this machine alone."""
        port = str(addresses.prefect_port)
        return self._prefect(SERVER, "server", "start", "--host", "127.0.0.1", "--port", port)

    def furnishing(self) -> ProcessSpec:
        """The one who prepares the server and leaves."""
        return self._python(PROVISIONING, "modelward.supervisor.provisioning", str(self.folder))

    def worker(self) -> ProcessSpec:
        """The process that runs the flows."""
        return self._prefect(WORKER, "worker", "start", "--pool", POOL, "--type", "process", "--name", POOL)

    def evidence(self, port: int) -> ProcessSpec:
        """The pages that forms and notices link to."""
        return self._python(EVIDENCE, "modelward", "serve", "--port", str(port))

    def log(self, name: str) -> Path:
        """Where the words of one of them stand."""
        return self.folder / "logs" / f"{name}.log"

    def _prefect(self, name: str, *arguments: str) -> ProcessSpec:
        return self._python(name, "prefect", "--no-prompt", *arguments)

    def _python(self, name: str, module: str, *arguments: str) -> ProcessSpec:
        command = (sys.executable, "-m", module, *arguments)
        return ProcessSpec(name, command, {**self.environment, MARK: part_of(self.mark, name)}, ROOT, self.log(name))
