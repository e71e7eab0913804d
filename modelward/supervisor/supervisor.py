"""Brings the house up, keeps it up, and leaves nothing behind: what `modelward up` does in the foreground."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from data.errors import SupervisorError
from data.records.instant import write_instant
from data.settings import Settings
from modelward.supervisor.child_process import ChildProcess, ProcessSpec, last_words
from modelward.supervisor.instance_lock import Stage, SupervisorStatus, write_account
from modelward.supervisor.loopback import answers, ask, port_for
from modelward.supervisor.prefect_environment import Addresses, environment_of_house
from modelward.supervisor.process_specs import POOL, PROVISIONING, ROOT, ProcessSpecs
from modelward.supervisor.recovery_report import RecoveryReport, leftovers_file, read_leftovers
from modelward.supervisor.shutdown import ORDER, end_house
from modelward.supervisor.shutdown import PATIENCE_SECONDS as FAREWELL_SECONDS

PATIENCE_SECONDS = 180.0
RECONCILING_SECONDS = 20.0
POLL_SECONDS = 0.2
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Tell = Callable[[str], None]


class Interrupted(Exception):  # noqa: N818 - no error: somebody asked for the end
    """Somebody asked for the end while the house was still coming up."""


class Supervisor:
    """One house, from its first process to its last. Hold its residence while you use it, and first end what was left.

    `left` are processes that could not be ended in the end.
    """

    def __init__(self, settings: Settings, folder: Path, tell: Tell) -> None:
        self._folder, self._speak = folder, tell
        self._evidence_port = port_for(settings.evidence_port, "evidence_port")
        evidence_url = settings.evidence_url or self._evidence_here
        self._addresses = Addresses(
            port_for(settings.prefect_port, "prefect_port"), evidence_url, settings.prefect_login
        )
        mark = secrets.token_hex(16)
        self._roles = ProcessSpecs(folder, mark, environment_of_house(settings, self._addresses, ROOT))
        self._children: dict[str, ChildProcess] = {}
        self._ended = False
        self._unwritten = ""
        self._begun = datetime.now(UTC)
        self.left: tuple[int, ...] = ()
        self.account = SupervisorStatus(
            pid=os.getpid(),
            since=write_instant(self._begun),
            stage="starting",
            mark=mark,
            api_url=self._addresses.api_url,
            ui_url=self._addresses.ui_url,
            evidence_url=evidence_url,
            evidence_port=self._evidence_port,
        )
        self._written = self.account

    @contextmanager
    def until_asked_to_end(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal ask for the end, and whatever happens everything is ended."""
        before = {one: signal.signal(one, self._ask_to_end) for one in ENDING}
        try:
            yield
        finally:
            try:
                self.close()
            finally:
                for one, handler in before.items():
                    signal.signal(one, handler)

    def open(self) -> None:
        """Bring it up. Raises HouseError, Interrupted."""
        self._begin()
        self._start(self._roles.server(self._addresses))
        self._start(self._roles.furnishing())
        self._start(self._roles.evidence(self._evidence_port))
        self._wait("the Prefect server", lambda: answers(f"{self._addresses.api_url}/health"))
        self._wait("the deployments", lambda: read_leftovers(self._folder) is not None)
        self._come_true(self._has_reconciled, RECONCILING_SECONDS)
        self._start(self._roles.worker())
        self._wait("the worker", self._worker_is_there)
        self._wait("the evidence pages", lambda: answers(f"{self._evidence_here}/health"))
        self._write("ready")

    def keep_up(self, told: RecoveryReport) -> None:
        """Start again what dies, until somebody asks for the end; what is found beyond what was `told` is told then."""
        while not self._ended:
            if self._has_reconciled() and not told.whole:
                before, told = told, self.leftovers()
                for line in told.lines(but=before):
                    self._tell(line)
            for name, child in self._children.items():
                if name != PROVISIONING and child.keep_up(time.monotonic()):
                    self._tell(f"the {name} had ended with {child.tenant.last_exit}; it was started again")
            self._write("ready")
            time.sleep(POLL_SECONDS)

    def leftovers(self) -> RecoveryReport:
        """What was found half done and what became of it, so far."""
        found = read_leftovers(self._folder) or RecoveryReport(whole=False)
        if found.whole or PROVISIONING in self._children:
            return found
        return found.and_failed(f"reconciling ended before it was done, see {self._roles.log(PROVISIONING)}")

    def close(self) -> None:
        """End everything, politely first; the server last, so that runs can still say that they end."""
        self._write("stopping")
        self.left = end_house(self.account).left
        for name in ORDER:
            if name in self._children and self._children[name].pid not in self.left:
                self._children.pop(name).end(FAREWELL_SECONDS)

    def _begin(self) -> None:
        """Nothing is started before it can be found again. Raises HouseError where nothing can be written."""
        try:
            leftovers_file(self._folder).unlink(missing_ok=True)
            write_account(self._folder, self.account)
        except OSError as error:
            raise SupervisorError(
                f"{self._folder} cannot be written: {error}", "make room there and start again"
            ) from error

    @property
    def _evidence_here(self) -> str:
        return f"http://127.0.0.1:{self._evidence_port}"

    def _start(self, role: ProcessSpec) -> None:
        self._children[role.name] = ChildProcess(role)
        self._write("starting")

    def _wait(self, what: str, is_so: Callable[[], bool]) -> None:
        if not self._come_true(is_so, PATIENCE_SECONDS):
            raise SupervisorError(f"{what} did not come up in {PATIENCE_SECONDS:.0f} s, see {self._folder / 'logs'}")

    def _come_true(self, is_so: Callable[[], bool], patience: float) -> bool:
        """Whether it is so within some time. Raises Interrupted, HouseError."""
        deadline = time.monotonic() + patience
        while not (found := is_so()) and time.monotonic() <= deadline:
            self._look()
            time.sleep(POLL_SECONDS)
        self._look()
        return found

    def _look(self) -> None:
        """Raises Interrupted when somebody asked for the end, HouseError when a process has died."""
        if self._ended:
            raise Interrupted
        for name, child in self._children.items():
            if child.exit_code is not None and not (name == PROVISIONING and read_leftovers(self._folder) is not None):
                words = last_words(child.role.log)
                raise SupervisorError(
                    f"the {name} ended with {child.exit_code} while starting:\n{words}\n{child.role.log}"
                )

    def _has_reconciled(self) -> bool:
        """Whether the one who furnishes has left; nobody starts it again."""
        furnishing = self._children.get(PROVISIONING)
        if furnishing is not None and furnishing.exit_code is not None:
            del self._children[PROVISIONING]
        return PROVISIONING not in self._children

    def _ask(self, path: str, question: object = None) -> object:
        return ask(self._addresses.api_url, path, self._addresses.login, question)

    def _worker_is_there(self) -> bool:
        """Whether it has reported since we began."""
        workers = self._ask(f"/work_pools/{POOL}/workers/filter", {})
        heard = [str(one.get("last_heartbeat_time")) for one in workers] if isinstance(workers, list) else []
        return any(datetime.fromisoformat(one) > self._begun for one in heard)

    def _write(self, stage: Stage) -> None:
        """What changed; a disk that is full keeps nothing from being ended, and `keep_up` tries again."""
        tenants = {name: child.tenant for name, child in self._children.items()}
        self.account = replace(self.account, stage=stage, tenants=tenants)
        if self.account == self._written:
            return
        try:
            write_account(self._folder, self.account)
        except OSError as error:
            fault = error.strerror or str(error)
            if self._unwritten != fault:
                self._tell(f"what runs could not be written down: {fault}")
            self._unwritten = fault
        else:
            self._written, self._unwritten = self.account, ""

    def _tell(self, said: str) -> None:
        with suppress(OSError):
            self._speak(said)

    def _ask_to_end(self, number: int, frame: FrameType | None) -> None:
        self._ended = True
