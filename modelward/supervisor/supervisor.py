"""Start the processes of `modelward up`, keep them running and end them: the work of `up` in the foreground."""

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
from modelward.supervisor.child_process import ChildProcess, ProcessSpec, log_tail
from modelward.supervisor.instance_lock import SupervisorStage, SupervisorStatus, write_status
from modelward.supervisor.loopback import answers, ask, port_for
from modelward.supervisor.prefect_environment import Addresses, supervised_environment
from modelward.supervisor.process_specs import POOL, PROVISIONING, ROOT, ProcessSpecs
from modelward.supervisor.recovery_report import RecoveryReport, read_recovery_report, recovery_file
from modelward.supervisor.shutdown import ORDER, end_processes
from modelward.supervisor.shutdown import PATIENCE_SECONDS as SHUTDOWN_SECONDS

PATIENCE_SECONDS = 180.0
RECONCILING_SECONDS = 20.0
POLL_SECONDS = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Tell = Callable[[str], None]


class Interrupted(Exception):  # noqa: N818 – not an error: a person stopped the supervisor
    """A signal arrived while the processes were still starting."""


class Supervisor:
    """The processes of one home. Hold the instance lock of the home meanwhile, and end stale processes first.

    `still_running` has the ids of the processes that could not be ended.
    """

    def __init__(self, settings: Settings, folder: Path, tell: Tell) -> None:
        self._folder, self._show = folder, tell
        self._evidence_port = port_for(settings.evidence_port, "evidence_port")
        evidence_url = settings.evidence_url or self._evidence_here
        self._addresses = Addresses(
            port_for(settings.prefect_port, "prefect_port"), evidence_url, settings.prefect_login
        )
        mark = secrets.token_hex(16)
        self._specs = ProcessSpecs(folder, mark, supervised_environment(settings, self._addresses, ROOT))
        self._children: dict[str, ChildProcess] = {}
        self._stop_requested = False
        self._unwritten = ""
        self._started_at = datetime.now(UTC)
        self.still_running: tuple[int, ...] = ()
        self.status = SupervisorStatus(
            pid=os.getpid(),
            since=write_instant(self._started_at),
            stage="starting",
            mark=mark,
            api_url=self._addresses.api_url,
            ui_url=self._addresses.ui_url,
            evidence_url=evidence_url,
            evidence_port=self._evidence_port,
        )
        self._written = self.status

    @contextmanager
    def until_signalled(self) -> Iterator[None]:
        """Stop on Ctrl-C, SIGTERM and a closed terminal while the block runs, and end every process after the block."""
        before = {number: signal.signal(number, self._request_stop) for number in SIGNALS}
        try:
            yield
        finally:
            try:
                self.stop()
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    def start(self) -> None:
        """Start every process and wait until it answers. Raises SupervisorError, or Interrupted after a signal."""
        self._write_first_status()
        self._run(self._specs.server(self._addresses))
        self._run(self._specs.provisioning())
        self._run(self._specs.evidence(self._evidence_port))
        self._require("the Prefect server", lambda: answers(f"{self._addresses.api_url}/health"))
        self._require("the deployments", lambda: read_recovery_report(self._folder) is not None)
        self._await(self._has_reconciled, RECONCILING_SECONDS)
        # The worker starts last: no run may begin on a server that is not provisioned.
        self._run(self._specs.worker())
        self._require("the worker", self._worker_has_reported)
        self._require("the evidence pages", lambda: answers(f"{self._evidence_here}/health"))
        self._write("ready")

    def keep_running(self, shown: RecoveryReport) -> None:
        """Restart processes that end, until a signal arrives; print recovery findings that are not in `shown`."""
        while not self._stop_requested:
            if self._has_reconciled() and not shown.is_complete:
                before, shown = shown, self.recovery_report()
                for line in shown.lines(without=before):
                    self._tell(line)
            for name, child in self._children.items():
                if name != PROVISIONING and child.restart_if_due(time.monotonic()):
                    self._tell(f"process {name} ended with exit code {child.status.last_exit} and was restarted")
            self._write("ready")
            time.sleep(POLL_SECONDS)

    def recovery_report(self) -> RecoveryReport:
        """Return the recovery report as written so far."""
        report = read_recovery_report(self._folder) or RecoveryReport(is_complete=False)
        if report.is_complete or PROVISIONING in self._children:
            return report
        return report.with_failure(
            f"reconciling ended before it was complete; its log is {self._specs.log(PROVISIONING)}"
        )

    def stop(self) -> None:
        """End every process; the server last, so that runs can still report how they ended."""
        self._write("stopping")
        self.still_running = end_processes(self.status).still_running
        for name in ORDER:
            if name in self._children and self._children[name].pid not in self.still_running:
                self._children.pop(name).end(SHUTDOWN_SECONDS)

    def _write_first_status(self) -> None:
        """Remove the former recovery report and write the status, before any process starts. Raises SupervisorError.

        The status has the mark by which `modelward down` finds the processes of this supervisor.
        """
        try:
            recovery_file(self._folder).unlink(missing_ok=True)
            write_status(self._folder, self.status)
        except OSError as error:
            raise SupervisorError(
                f"{self._folder} cannot be written: {error}",
                "make the folder writable or free disk space, then start again",
            ) from error

    @property
    def _evidence_here(self) -> str:
        return f"http://127.0.0.1:{self._evidence_port}"

    def _run(self, spec: ProcessSpec) -> None:
        self._children[spec.name] = ChildProcess(spec)
        self._write("starting")

    def _require(self, what: str, condition: Callable[[], bool]) -> None:
        if not self._await(condition, PATIENCE_SECONDS):
            raise SupervisorError(
                f"{what}: not ready within {PATIENCE_SECONDS:.0f} s; the logs are in {self._folder / 'logs'}"
            )

    def _await(self, condition: Callable[[], bool], patience: float) -> bool:
        """Wait at most `patience` seconds until the condition is true; return its last value.

        Raises Interrupted, SupervisorError.
        """
        deadline = time.monotonic() + patience
        while not (found := condition()) and time.monotonic() <= deadline:
            self._require_alive()
            time.sleep(POLL_SECONDS)
        self._require_alive()
        return found

    def _require_alive(self) -> None:
        """Raise Interrupted after a signal, or SupervisorError if a process has ended."""
        if self._stop_requested:
            raise Interrupted
        for name, child in self._children.items():
            is_provisioned = name == PROVISIONING and read_recovery_report(self._folder) is not None
            if child.exit_code is not None and not is_provisioned:
                raise SupervisorError(
                    f"process {name} ended with exit code {child.exit_code} while starting:\n"
                    f"{log_tail(child.spec.log)}\n{child.spec.log}"
                )

    def _has_reconciled(self) -> bool:
        """Return True if provisioning has ended; its process is not restarted."""
        provisioning = self._children.get(PROVISIONING)
        if provisioning is not None and provisioning.exit_code is not None:
            del self._children[PROVISIONING]
        return PROVISIONING not in self._children

    def _worker_has_reported(self) -> bool:
        """Return True if the server got a heartbeat of a worker since this supervisor started."""
        workers = ask(self._addresses.api_url, f"/work_pools/{POOL}/workers/filter", self._addresses.login, {})
        heartbeats = [str(one.get("last_heartbeat_time")) for one in workers] if isinstance(workers, list) else []
        return any(datetime.fromisoformat(one) > self._started_at for one in heartbeats)

    def _write(self, stage: SupervisorStage) -> None:
        """Write the status if it changed. An error is only reported: `keep_running` tries again."""
        processes = {name: child.status for name, child in self._children.items()}
        self.status = replace(self.status, stage=stage, processes=processes)
        if self.status == self._written:
            return
        try:
            write_status(self._folder, self.status)
        except OSError as error:
            fault = error.strerror or str(error)
            if self._unwritten != fault:
                self._tell(f"the status file could not be written: {fault}")
            self._unwritten = fault
        else:
            self._written, self._unwritten = self.status, ""

    def _tell(self, text: str) -> None:
        with suppress(OSError):
            self._show(text)

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_requested = True
