"""The supervisor alone: its processes are stand-ins that take no time, so that anything can go wrong at any moment."""

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
from modelward.supervisor.process_discovery import mark_of_part, marked_processes
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
        heard = [{"last_heartbeat_time": datetime.now(UTC).isoformat()}]
        self.send_response(200), self.end_headers(), self.wfile.write(json.dumps(heard).encode())
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
    """Provisioning does this; the other processes answer every request, except the worker."""

    def does(what: str) -> None:
        def spec(self: ProcessSpecs, name: str, module: str, *arguments: str) -> ProcessSpec:
            code = {PROVISIONING: DOES[what], WORKER: ASLEEP}.get(name, ANSWERING)
            told = str(recovery_file(self.folder)) if name == PROVISIONING else arguments[-1]
            environment = {**self.environment, MARK: mark_of_part(self.mark, name)}
            return ProcessSpec(name, (sys.executable, "-c", code, told), environment, self.folder, self.log(name))

        monkeypatch.setattr(ProcessSpecs, "_python", spec)

    does("all")
    return does


class Kept:
    """A supervisor whose words are kept."""

    def __init__(self) -> None:
        self.folder, self.said = Home.here().up, list[str]()
        ports = {"MODELWARD_PREFECT_PORT": "0", "MODELWARD_EVIDENCE_PORT": "0"}
        settings = read_settings({"MODELWARD_HOME": str(Home.here().root), **ports}, Path("none"))
        self.supervisor = Supervisor(settings, self.folder, self.said.append)

    @property
    def status(self) -> SupervisorStatus:
        status = read_status(self.folder)
        assert status is not None
        return status


@pytest.fixture
def kept(home: Path, provisioning: object) -> Kept:
    return Kept()


def test_it_comes_up_with_what_was_found_and_ends_without_a_trace(kept: Kept) -> None:
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
        assert (kept.status.stage, set(kept.status.processes)) == ("ready", {SERVER, WORKER, EVIDENCE})
        assert kept.supervisor.recovery_report().lines() == ["operations: the deploy was undone"]
        assert running_status(kept.folder) == kept.supervisor.status
    assert (marked_processes(kept.supervisor.status.mark), status_file(kept.folder).exists()) == ([], False)


def test_the_worker_starts_only_when_everything_is_provisioned(
    kept: Kept, provisioning: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioning("takes long")
    monkeypatch.setattr(supervisor, "RECONCILING_SECONDS", 0.2)
    started: list[str] = []
    start = Supervisor._run

    def watched(self: Supervisor, spec: ProcessSpec) -> None:
        started.append(f"{spec.name} provisioned" if recovery_file(kept.folder).exists() else spec.name)
        start(self, spec)

    monkeypatch.setattr(Supervisor, "_run", watched)
    write_report_of_yesterday(kept)
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
    assert started == ["server", "provisioning", "evidence", "worker provisioned"]


def write_report_of_yesterday(kept: Kept) -> None:
    kept.folder.mkdir()
    write_recovery_report(kept.folder, RecoveryReport(is_complete=True))


def test_reconciling_that_takes_long_keeps_nobody_from_being_up_and_is_told_when_it_ends(
    kept: Kept, provisioning: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioning("takes long")
    monkeypatch.setattr(supervisor, "RECONCILING_SECONDS", 0.2)
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
        report = kept.supervisor.recovery_report()
        assert (report.is_complete, report.lines()) == (False, ["crashed: run a was marked crashed"])
        write_recovery_report(
            kept.folder, RecoveryReport(True, {**report.findings, "operations": ["the deploy was undone"]})
        )
        os.kill(kept.status.processes[PROVISIONING].pid, signal.SIGTERM)
        in_a_moment(lambda: "operations: the deploy was undone" in kept.said)
        kept.supervisor.keep_running(report)
    assert kept.said == ["operations: the deploy was undone"]


def in_a_moment(is_so: Callable[[], bool]) -> None:
    """Ctrl-C, once it is so."""

    def watch() -> None:
        until(is_so)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch).start()


def test_reconciling_that_dies_is_a_failure_that_is_told_and_the_rest_stays(
    kept: Kept, provisioning: Callable[[str], None]
) -> None:
    provisioning("dies after")
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
        crashed, failed = kept.supervisor.recovery_report().lines()
        assert crashed == "crashed: run a was marked crashed"
        assert failed.startswith("failed: reconciling ended before it was done, see ")


def test_without_a_provisioned_server_nothing_comes_up(kept: Kept, provisioning: Callable[[str], None]) -> None:
    provisioning("dies before")
    with (
        pytest.raises(SupervisorError, match="(?s)the provisioning ended with 1 while starting.*the pool is broken"),
        instance_lock(kept.folder),
        kept.supervisor.until_signalled(),
    ):
        kept.supervisor.start()
    assert marked_processes(kept.supervisor.status.mark) == []


def test_what_does_not_come_up_in_time_is_named_with_the_logs(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(supervisor, "answers", lambda url: False)
    with (
        pytest.raises(SupervisorError, match=f"the Prefect server did not come up in 0 s, see {kept.folder / 'logs'}"),
        instance_lock(kept.folder),
        kept.supervisor.until_signalled(),
    ):
        kept.supervisor.start()
    assert marked_processes(kept.supervisor.status.mark) == []


def test_somebody_may_ask_for_the_end_while_it_comes_up(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "answers", lambda url: bool(os.kill(os.getpid(), signal.SIGTERM)))
    with pytest.raises(Interrupted), instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
    assert marked_processes(kept.supervisor.status.mark) == []


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_keeps_nothing_from_being_ended(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
        monkeypatch.setattr(supervisor, "write_status", full)
    assert marked_processes(kept.supervisor.status.mark) == []
    assert kept.said == ["the status file could not be written: No space left on device"]


def test_what_a_full_disk_kept_from_being_written_is_written_when_there_is_room(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
        with monkeypatch.context() as here:
            here.setattr(supervisor, "write_status", full)
            os.kill(kept.status.processes[WORKER].pid, signal.SIGKILL)
            in_a_moment(lambda: len(kept.said) == 2)
            kept.supervisor.keep_running(kept.supervisor.recovery_report())
            kept.supervisor._stop_requested = False
        assert kept.status.processes[WORKER].restarts == 0
        in_a_moment(lambda: kept.status.processes[WORKER].restarts == 1)
        kept.supervisor.keep_running(kept.supervisor.recovery_report())
    assert len(kept.said) == 2, "a fault that lasts is told once"


def test_where_nothing_can_be_written_nothing_is_started(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "write_status", full)
    with (
        pytest.raises(SupervisorError, match="cannot be written: .*No space left") as refused,
        instance_lock(kept.folder),
        kept.supervisor.until_signalled(),
    ):
        kept.supervisor.start()
    assert "make room" in refused.value.remedy
    assert not (kept.folder / "logs").exists()


def test_a_terminal_that_is_gone_keeps_nothing_from_being_started_again(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept.supervisor, "_show", full)
    with instance_lock(kept.folder), kept.supervisor.until_signalled():
        kept.supervisor.start()
        os.kill(kept.status.processes[WORKER].pid, signal.SIGKILL)
        in_a_moment(lambda: kept.status.processes[WORKER].restarts == 1)
        kept.supervisor.keep_running(kept.supervisor.recovery_report())


def test_what_was_left_is_read_back_and_garbage_is_nothing(tmp_path: Path) -> None:
    assert read_recovery_report(tmp_path) is None
    write_recovery_report(tmp_path, RecoveryReport(False, {"missed": ["a", "b"]}))
    found = read_recovery_report(tmp_path)
    assert found is not None
    assert found.with_failure("no").lines(without=found) == ["failed: no"]
    for content in ("", "[]", json.dumps({"other": 1})):
        recovery_file(tmp_path).write_text(content)
        assert read_recovery_report(tmp_path) is None
