"""Brings the house up, keeps it up, and leaves nothing behind: what `modelward up` does in the foreground."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from data.errors import HouseError
from data.records.instant import write_instant
from data.settings import Settings
from modelward.house.child_process import ChildProcess, Role, last_words
from modelward.house.loopback import answers, ask, port_for
from modelward.house.marked_processes import end_marked, part_of
from modelward.house.resident import Account, Stage, read_account, write_account
from modelward.house.roles import EVIDENCE, FURNISHING, POOL, ROOT, SERVER, WORKER, Roles, has_evidence
from modelward.prefect_environment import Addresses, environment_of_house

PATIENCE_SECONDS = 180.0
POLL_SECONDS = 0.2
FAREWELL_SECONDS = 10.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Tell = Callable[[str], None]


class Interrupted(Exception):  # noqa: N818 - no error: somebody asked for the end
    """Somebody asked for the end while the house was still coming up."""


class Supervisor:
    """One house, from its first process to its last. Hold its residence while you use it."""

    def __init__(self, settings: Settings, folder: Path, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        evidence_port = port_for(settings.evidence_port, "evidence_port") if has_evidence() else 0
        evidence_url = settings.evidence_url or (f"http://127.0.0.1:{evidence_port}" if evidence_port else "")
        self._addresses = Addresses(
            port_for(settings.prefect_port, "prefect_port"), evidence_url, settings.prefect_login
        )
        self._evidence_port = evidence_port
        mark = secrets.token_hex(16)
        self._roles = Roles(folder, mark, environment_of_house(settings, self._addresses, ROOT))
        self._children: dict[str, ChildProcess] = {}
        self._ended = False
        self._begun = datetime.now(UTC)
        self.account = Account(
            pid=os.getpid(),
            since=write_instant(self._begun),
            stage="starting",
            mark=mark,
            api_url=self._addresses.api_url,
            ui_url=self._addresses.ui_url,
            evidence_url=evidence_url,
        )

    @contextmanager
    def until_asked_to_end(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal ask for the end, and whatever happens everything is ended."""
        before = {one: signal.signal(one, self._ask_to_end) for one in ENDING}
        try:
            yield
        finally:
            self.close()
            for one, handler in before.items():
                signal.signal(one, handler)

    def open(self) -> dict[str, list[str]]:
        """Bring it up; answers what had been left half done. Raises HouseError, Interrupted."""
        self._end_what_was_left()
        self._start(self._roles.server(self._addresses))
        furnishing = self._start(self._roles.furnishing())
        if self._evidence_port:
            self._start(self._roles.evidence(self._evidence_port))
        self._wait("the Prefect server", lambda: answers(f"{self._addresses.api_url}/health"))
        self._wait("the work pool", lambda: self._ask(f"/work_pools/{POOL}") is not None)
        self._start(self._roles.worker())
        self._wait("the deployments", lambda: furnishing.exit_code is not None)
        del self._children[FURNISHING]
        self._wait("the worker", self._worker_is_there)
        if self._evidence_port:
            self._wait("the evidence pages", lambda: answers(f"http://127.0.0.1:{self._evidence_port}/"))
        self._write("ready")
        report: dict[str, list[str]] = json.loads(self._roles.report.read_bytes())
        return report

    def keep_up(self) -> None:
        """Start again what dies, until somebody asks for the end."""
        while not self._ended:
            for name, child in self._children.items():
                if child.keep_up(time.monotonic()):
                    self._tell(f"the {name} had ended with {child.tenant.last_exit}; it was started again")
                    self._write("ready")
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """End everything, politely first; the server last, so that runs can still say that they end."""
        self._write("stopping")
        for name in (FURNISHING, WORKER, EVIDENCE, SERVER):
            end_marked(part_of(self.account.mark, name), FAREWELL_SECONDS)
            if name in self._children:
                self._children.pop(name).end(FAREWELL_SECONDS)
        end_marked(self.account.mark, FAREWELL_SECONDS)

    def _end_what_was_left(self) -> None:
        """What an earlier `up` left when it was killed and could not end it."""
        former = read_account(self._folder)
        left = end_marked(former.mark, FAREWELL_SECONDS) if former is not None else 0
        if former is not None and left:
            self._tell(f"ended {left} processes that an earlier `modelward up` ({former.since}) had left")

    def _start(self, role: Role) -> ChildProcess:
        child = self._children[role.name] = ChildProcess(role)
        self._write("starting")
        return child

    def _wait(self, what: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            self._look()
            if time.monotonic() > deadline:
                raise HouseError(f"{what} did not come up in {PATIENCE_SECONDS:.0f} s, see {self._folder / 'logs'}")
            time.sleep(POLL_SECONDS)
        self._look()

    def _look(self) -> None:
        """Raises Interrupted when somebody asked for the end, HouseError when a process has died."""
        if self._ended:
            raise Interrupted
        for name, child in self._children.items():
            if child.exit_code not in ((None, 0) if name == FURNISHING else (None,)):
                words = last_words(child.role.log)
                raise HouseError(f"the {name} ended with {child.exit_code} while starting:\n{words}\n{child.role.log}")

    def _ask(self, path: str, question: object = None) -> object:
        return ask(self._addresses.api_url, path, self._addresses.login, question)

    def _worker_is_there(self) -> bool:
        """Whether it has reported since we began."""
        workers = self._ask(f"/work_pools/{POOL}/workers/filter", {})
        heard = [str(one.get("last_heartbeat_time")) for one in workers] if isinstance(workers, list) else []
        return any(datetime.fromisoformat(one) > self._begun for one in heard)

    def _write(self, stage: Stage) -> None:
        tenants = {name: child.tenant for name, child in self._children.items()}
        self.account = replace(self.account, stage=stage, tenants=tenants)
        write_account(self._folder, self.account)

    def _ask_to_end(self, number: int, frame: FrameType | None) -> None:
        self._ended = True
