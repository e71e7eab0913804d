"""The supervisor with replacements for its processes, which start at once and can fail at any moment."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.errors import SupervisorError
from data.files.home import Home
from data.settings import read_settings
from modelward.supervisor import supervisor
from modelward.supervisor.child_process import ProcessSpec
from modelward.supervisor.instance_lock import SupervisorStatus, instance_lock, read_status, running_status, status_file
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import find_processes, mark_of_part
from modelward.supervisor.process_specs import EVIDENCE, PROVISIONING, SERVER, WORKER, ProcessSpecs
from modelward.supervisor.recovery_report import (
    RecoveryReport,
    read_recovery_report,
    recovery_file,
    write_recovery_report,
)
from modelward.supervisor.supervisor import Interrupted, Supervisor
from tests.supervisor_fixtures import until

ANSWERING = """
import json, sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200), self.end_headers(), self.wfile.write(b"{}")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        workers = [{"last_heartbeat_time": datetime.now(UTC).isoformat()}]
        self.send_response(200), self.end_headers(), self.wfile.write(json.dumps(workers).encode())
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""
ASLEEP = "import time; time.sleep(600)"
PROVISIONED = '{"is_complete": false, "findings": {"crashed": ["run a was marked crashed"]}}'
WHOLE = '{"is_complete": true, "findings": {"operations": ["the deploy was undone"]}}'
PROVISIONS = "import os, pathlib, sys; part = pathlib.Path(sys.argv[1] + '.part')"
WRITES = "; part.write_text({!r}); part.replace(sys.argv[1])"
DOES: dict[str, str] = {
    "all": PROVISIONS + WRITES.format(WHOLE),
    "dies before": "raise SystemExit('the pool is broken')",
    "dies after": PROVISIONS + WRITES.format(PROVISIONED) + "; sys.exit(1)",
    "takes long": PROVISIONS + WRITES.format(PROVISIONED) + "; " + ASLEEP,
}


@pytest.fixture
def provisioning(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that selects the behaviour of provisioning; the server and the pages answer every request."""

    def does(what: str) -> None:
        def spec(self: ProcessSpecs, name: str, module: str, *arguments: str) -> ProcessSpec:
            code = {PROVISIONING: DOES[what], WORKER: ASLEEP}.get(name, ANSWERING)
            argument = str(recovery_file(self.folder)) if name == PROVISIONING else arguments[-1]
            environment = {**self.environment, MARK: mark_of_part(self.mark, name)}
            return ProcessSpec(name, (sys.executable, "-c", code, argument), environment, self.folder, self.log(name))

        monkeypatch.setattr(ProcessSpecs, "_python", spec)

    does("all")
    return does


class RecordedSupervisor:
    """A supervisor whose printed lines are recorded in `lines`."""

    def __init__(self) -> None:
        self.folder, self.lines = Home.here().up, list[str]()
        ports = {"MODELWARD_PREFECT_PORT": "0", "MODELWARD_EVIDENCE_PORT": "0"}
        settings = read_settings({"MODELWARD_HOME": str(Home.here().root), **ports}, Path("none"))
        self.supervisor = Supervisor(settings, self.folder, self.lines.append)

    @property
    def status(self) -> SupervisorStatus:
        status = read_status(self.folder)
        assert status is not None
        return status


@pytest.fixture
def recorded(home: Path, provisioning: object) -> RecordedSupervisor:
    return RecordedSupervisor()


def test_the_supervisor_starts_with_a_recovery_report_and_leaves_no_process_or_file(
    recorded: RecordedSupervisor,
) -> None:
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
        assert (recorded.status.stage, set(recorded.status.processes)) == ("ready", {SERVER, WORKER, EVIDENCE})
        assert recorded.supervisor.recovery_report().lines() == ["operations: the deploy was undone"]
        assert running_status(recorded.folder) == recorded.supervisor.status
    assert (find_processes(recorded.supervisor.status.mark), status_file(recorded.folder).exists()) == ([], False)


def test_the_worker_starts_after_provisioning(
    recorded: RecordedSupervisor, provisioning: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioning("takes long")
    monkeypatch.setattr(supervisor, "RECONCILING_SECONDS", 0.2)
    started: list[str] = []
    start = Supervisor._run

    def noted_start(self: Supervisor, spec: ProcessSpec) -> None:
        started.append(f"{spec.name} provisioned" if recovery_file(recorded.folder).exists() else spec.name)
        start(self, spec)

    monkeypatch.setattr(Supervisor, "_run", noted_start)
    write_earlier_report(recorded)
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
    assert started == ["server", "provisioning", "evidence", "worker provisioned"]


def write_earlier_report(recorded: RecordedSupervisor) -> None:
    recorded.folder.mkdir()
    write_recovery_report(recorded.folder, RecoveryReport(is_complete=True))


def test_a_long_reconciliation_does_not_delay_the_start_and_its_result_is_printed_later(
    recorded: RecordedSupervisor, provisioning: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioning("takes long")
    monkeypatch.setattr(supervisor, "RECONCILING_SECONDS", 0.2)
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
        report = recorded.supervisor.recovery_report()
        assert (report.is_complete, report.lines()) == (False, ["crashed: run a was marked crashed"])
        write_recovery_report(
            recorded.folder, RecoveryReport(True, {**report.findings, "operations": ["the deploy was undone"]})
        )
        os.kill(recorded.status.processes[PROVISIONING].pid, signal.SIGTERM)
        interrupt_when(lambda: "operations: the deploy was undone" in recorded.lines)
        recorded.supervisor.keep_running(report)
    assert recorded.lines == ["operations: the deploy was undone"]


def interrupt_when(condition: Callable[[], bool]) -> None:
    """Send SIGINT to this process once a condition holds."""

    def wait() -> None:
        until(condition)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait).start()


def test_a_reconciliation_that_ends_early_is_reported_and_nothing_else_stops(
    recorded: RecordedSupervisor, provisioning: Callable[[str], None]
) -> None:
    provisioning("dies after")
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
        crashed, failed = recorded.supervisor.recovery_report().lines()
        assert crashed == "crashed: run a was marked crashed"
        assert failed.startswith("failed: reconciling ended before it was complete; its log is ")


def test_a_failed_provisioning_stops_the_start(
    recorded: RecordedSupervisor, provisioning: Callable[[str], None]
) -> None:
    provisioning("dies before")
    with (
        pytest.raises(
            SupervisorError, match="(?s)process provisioning ended with exit code 1 while starting.*the pool is broken"
        ),
        instance_lock(recorded.folder),
        recorded.supervisor.until_signalled(),
    ):
        recorded.supervisor.start()
    assert find_processes(recorded.supervisor.status.mark) == []


def test_a_process_that_is_not_ready_in_time_is_an_error_with_the_logs(
    recorded: RecordedSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(supervisor, "answers", lambda url: False)
    with (
        pytest.raises(
            SupervisorError,
            match=f"the Prefect server: not ready within 0 s; the logs are in {recorded.folder / 'logs'}",
        ),
        instance_lock(recorded.folder),
        recorded.supervisor.until_signalled(),
    ):
        recorded.supervisor.start()
    assert find_processes(recorded.supervisor.status.mark) == []


def test_a_signal_while_starting_ends_the_start(recorded: RecordedSupervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "answers", lambda url: bool(os.kill(os.getpid(), signal.SIGTERM)))
    with pytest.raises(Interrupted), instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
    assert find_processes(recorded.supervisor.status.mark) == []


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_does_not_prevent_the_end(recorded: RecordedSupervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
        monkeypatch.setattr(supervisor, "write_status", full)
    assert find_processes(recorded.supervisor.status.mark) == []
    assert recorded.lines == ["the status file could not be written: No space left on device"]


def test_a_status_that_could_not_be_written_is_written_later(
    recorded: RecordedSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
        with monkeypatch.context() as here:
            here.setattr(supervisor, "write_status", full)
            os.kill(recorded.status.processes[WORKER].pid, signal.SIGKILL)
            interrupt_when(lambda: len(recorded.lines) == 2)
            recorded.supervisor.keep_running(recorded.supervisor.recovery_report())
            recorded.supervisor._stop_requested = False
        assert recorded.status.processes[WORKER].restarts == 0
        interrupt_when(lambda: recorded.status.processes[WORKER].restarts == 1)
        recorded.supervisor.keep_running(recorded.supervisor.recovery_report())
    assert len(recorded.lines) == 2, "a fault that continues is printed once"


def test_no_process_starts_if_the_status_cannot_be_written(
    recorded: RecordedSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "write_status", full)
    with (
        pytest.raises(SupervisorError, match="cannot be written: .*No space left") as refused,
        instance_lock(recorded.folder),
        recorded.supervisor.until_signalled(),
    ):
        recorded.supervisor.start()
    assert "free disk space" in refused.value.remedy
    assert not (recorded.folder / "logs").exists()


def test_a_closed_terminal_does_not_prevent_a_restart(
    recorded: RecordedSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded.supervisor, "_show", full)
    with instance_lock(recorded.folder), recorded.supervisor.until_signalled():
        recorded.supervisor.start()
        os.kill(recorded.status.processes[WORKER].pid, signal.SIGKILL)
        interrupt_when(lambda: recorded.status.processes[WORKER].restarts == 1)
        recorded.supervisor.keep_running(recorded.supervisor.recovery_report())


def test_a_recovery_report_is_read_back_and_an_invalid_file_is_read_as_none(tmp_path: Path) -> None:
    assert read_recovery_report(tmp_path) is None
    write_recovery_report(tmp_path, RecoveryReport(False, {"missed": ["a", "b"]}))
    found = read_recovery_report(tmp_path)
    assert found is not None
    assert found.with_failure("no").lines(without=found) == ["failed: no"]
    for content in ("", "[]", json.dumps({"other": 1})):
        recovery_file(tmp_path).write_text(content)
        assert read_recovery_report(tmp_path) is None
