"""`modelward up` in the background: errors while it starts, and its recovery report."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.errors import AlreadyUpError, SupervisorError
from data.files.home import Home
from modelward.supervisor import detached
from modelward.supervisor.detached import await_recovery_report, start_detached
from modelward.supervisor.instance_lock import ProcessStatus, SupervisorStatus, instance_lock, write_status
from modelward.supervisor.process_specs import PROVISIONING
from modelward.supervisor.recovery_report import RecoveryReport, write_recovery_report

SINCE = "2026-03-01T09:00:00.000000Z"
FOUND = RecoveryReport(is_complete=False, findings={"crashed": ["run a was marked crashed"]})


def ready(folder: Path, *processes: str) -> None:
    statuses = {name: ProcessStatus(1, SINCE) for name in processes}
    write_status(folder, SupervisorStatus(os.getpid(), SINCE, "ready", "m", "", "http://ui", "", processes=statuses))


def test_an_up_that_ends_while_starting_is_an_error_and_its_folder_is_private(home: Path) -> None:
    with pytest.raises(SupervisorError, match="ended with exit code 3 while starting"):
        start_detached(Home.here())
    folder = Home.here().up
    assert [one.stat().st_mode & 0o777 for one in (folder, folder / "logs")] == [0o700, 0o700]


def test_a_second_up_is_refused_with_the_process_of_the_first(home: Path) -> None:
    with instance_lock(Home.here().up):
        ready(Home.here().up)
        with pytest.raises(AlreadyUpError, match=f"as process {os.getpid()}"):
            start_detached(Home.here())


def test_the_complete_report_is_awaited_until_reconciling_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = RecoveryReport(is_complete=True, findings={**FOUND.findings, "operations": ["the deploy was undone"]})
    with instance_lock(tmp_path):
        ready(tmp_path, PROVISIONING)
        write_recovery_report(tmp_path, FOUND)
        monkeypatch.setattr(detached.time, "sleep", lambda _: write_recovery_report(tmp_path, complete))
        assert await_recovery_report(tmp_path) == complete


def test_an_incomplete_report_is_returned_when_reconciling_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detached, "RECONCILING_SECONDS", 0.1)
    with instance_lock(tmp_path):
        ready(tmp_path, PROVISIONING)
        write_recovery_report(tmp_path, FOUND)
        assert await_recovery_report(tmp_path) == FOUND


def test_reconciling_that_ended_early_is_reported_as_a_failure(tmp_path: Path) -> None:
    with instance_lock(tmp_path):
        ready(tmp_path)
        write_recovery_report(tmp_path, FOUND)
        _, failed = await_recovery_report(tmp_path).lines()
    assert failed.startswith("failed: reconciling ended before it was complete")
