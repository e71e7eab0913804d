"""The instance lock allows one `up` for each home; a stale status file is recognised."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import AlreadyUpError, SupervisorError
from data.files.home import Home
from modelward.runs import running_server
from modelward.runs.running_server import running_supervisor
from modelward.supervisor.instance_lock import (
    FORMER_PROCESSES,
    ProcessStatus,
    SupervisorStage,
    SupervisorStatus,
    instance_lock,
    is_held,
    read_status,
    running_status,
    status_file,
    write_status,
)
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import find_processes
from tests.supervisor_fixtures import until

STATUS = SupervisorStatus(
    pid=2**22 + 1,
    since="2026-03-01T09:00:00.000000Z",
    stage="ready",
    mark="m" * 32,
    api_url="http://127.0.0.1:4200/api",
    ui_url="http://127.0.0.1:4200/v2",
    evidence_url="http://127.0.0.1:4290",
    processes={"worker": ProcessStatus(4243, "2026-03-01T09:00:01.000000Z", restarts=2, last_exit=-9)},
)
OURS = replace(STATUS, pid=os.getpid())
HOLDER = """
import sys, time
from pathlib import Path
from modelward.supervisor.instance_lock import instance_lock
with instance_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_written_status_is_read_back(tmp_path: Path) -> None:
    write_status(tmp_path, STATUS)
    assert read_status(tmp_path) == STATUS


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        f'{{"{FORMER_PROCESSES}": {{}}}}',
        f'{{"{FORMER_PROCESSES}": {{"worker": 1}}}}',
        '{"processes": {}}',
        '{"processes": {"worker": 1}}',
        "\x00",
    ],
)
def test_an_invalid_status_file_is_read_as_none(content: str, tmp_path: Path) -> None:
    status_file(tmp_path).write_text(content)
    assert read_status(tmp_path) is None


def test_a_status_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    write_status(tmp_path, STATUS)
    file = status_file(tmp_path)
    file.write_text(file.read_text().replace("processes", "tenants"))
    assert read_status(tmp_path) == STATUS


def test_a_status_without_a_lock_is_stale_even_if_its_process_id_exists(tmp_path: Path) -> None:
    write_status(tmp_path, replace(STATUS, pid=os.getpid()))
    assert (is_held(tmp_path), running_status(tmp_path)) == (False, None)


def test_the_folder_the_status_and_the_lock_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "up"
    folder.mkdir(mode=0o755)
    with instance_lock(folder):
        write_status(folder, OURS)
        modes = [one.stat().st_mode & 0o777 for one in (folder, status_file(folder), folder / "up.lock")]
    assert modes == [0o700, 0o600, 0o600]


def test_a_second_lock_is_refused_with_the_process_and_its_start_time(tmp_path: Path) -> None:
    with instance_lock(tmp_path):
        write_status(tmp_path, OURS)
        assert running_status(tmp_path) == OURS
        second = instance_lock(tmp_path)
        words = f"as process {os.getpid()} since 2026-03-01 09:00:00 UTC"
        with pytest.raises(AlreadyUpError, match=words) as refused, second:
            raise AssertionError("two hold it")
        assert "modelward down" in refused.value.remedy
        assert STATUS.ui_url in refused.value.what
    assert (is_held(tmp_path), status_file(tmp_path).exists()) == (False, False)


def test_a_former_status_does_not_count_while_the_new_process_has_not_written_its_own(tmp_path: Path) -> None:
    write_status(tmp_path, STATUS)
    with instance_lock(tmp_path):
        assert (is_held(tmp_path), running_status(tmp_path)) == (True, None)
        second = instance_lock(tmp_path)
        with pytest.raises(AlreadyUpError, match="has just started"), second:
            raise AssertionError("two hold it")


def test_the_status_file_is_kept_while_a_marked_process_runs(tmp_path: Path) -> None:
    mark = f"test-{tmp_path.name}"
    orphan = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={**os.environ, MARK: mark})
    until(lambda: find_processes(mark))
    with instance_lock(tmp_path):
        write_status(tmp_path, replace(OURS, mark=mark))
    assert read_status(tmp_path) == replace(OURS, mark=mark)
    orphan.communicate(b"\n")
    with instance_lock(tmp_path):
        pass
    assert read_status(tmp_path) is None


def test_a_killed_process_releases_the_lock_and_leaves_its_status_file(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    write_status(tmp_path, STATUS)
    assert is_held(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    until(lambda: not is_held(tmp_path))
    assert read_status(tmp_path) == STATUS


def test_other_commands_find_a_supervisor_that_is_ready(home: Path) -> None:
    folder = Home(home).up
    assert running_supervisor() is None
    with instance_lock(folder):
        write_status(folder, OURS)
        supervisor = running_supervisor()
        assert supervisor is not None
        assert supervisor.run_page("some-id") == "http://127.0.0.1:4200/v2/runs/flow-run/some-id"


@pytest.mark.parametrize("stage", ["starting", "stopping"])
def test_a_supervisor_that_starts_or_stops_is_awaited(
    home: Path, monkeypatch: pytest.MonkeyPatch, stage: SupervisorStage
) -> None:
    folder = Home(home).up
    with instance_lock(folder):
        write_status(folder, replace(OURS, stage=stage))
        with monkeypatch.context() as here:
            here.setattr(running_server, "PATIENCE_SECONDS", 0.1)
            with pytest.raises(SupervisorError, match=f"is {stage} as process {os.getpid()}"):
                running_supervisor()
        monkeypatch.setattr(running_server.time, "sleep", lambda _: write_status(folder, OURS))
        assert running_supervisor() is not None


def test_no_supervisor_is_used_with_another_prefect_api_url(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Home(home).up
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.test/api")
    with instance_lock(folder):
        for stage in ("starting", "ready"):
            write_status(folder, replace(OURS, stage=stage))
            assert running_supervisor() is None
