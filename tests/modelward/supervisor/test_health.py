"""The health of a supervisor: the faults of each process, as `modelward status` and `modelward doctor` show them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from data.files.home import Home
from modelward.supervisor.health import Health, health
from modelward.supervisor.instance_lock import (
    ProcessStatus,
    SupervisorStage,
    SupervisorStatus,
    instance_lock,
    write_status,
)
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import find_processes, mark_of_part
from tests.modelward.conftest import Cli
from tests.supervisor_fixtures import until
from tests.world import World

LOGIN = "ops:secret"


class StandInServer(BaseHTTPRequestHandler):
    """A server that answers in place of the Prefect server and of the evidence pages."""

    last_heartbeat: datetime
    status = 200
    paused = False

    def do_GET(self) -> None:
        pool = {"is_paused": self.paused, "concurrency_limit": None}
        token = {"token": "t"} if "csrf-token" in self.path else True
        self._reply({"/api/work_pools/modelward": pool}.get(self.path, token))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        workers = [{"last_heartbeat_time": self.last_heartbeat.isoformat()}]
        self._reply(workers if self.path.endswith("/workers/filter") else [])

    def _reply(self, answer: Any) -> None:
        self.send_response(500 if self.path == "/" else 200 if self.path.endswith("/health") else self.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Up:
    """An `up` in this process; its child processes sleep, and one server answers for all of them."""

    def __init__(self, port: int, answers: type[StandInServer]) -> None:
        self.folder, self.mark, self.answers = Home.here().up, f"test-{port}", answers
        self.processes = {name: self.start(name) for name in ("server", "worker", "evidence")}
        self.port = port
        until(lambda: len(find_processes(self.mark)) == 3)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, MARK: mark_of_part(self.mark, name)}
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=environment)

    def write(self, stage: SupervisorStage = "ready", started: timedelta = timedelta(hours=1)) -> None:
        since = f"{datetime.now(UTC) - started:%Y-%m-%dT%H:%M:%S.%fZ}"
        processes = {name: ProcessStatus(one.pid, since) for name, one in self.processes.items()}
        api = f"http://127.0.0.1:{self.port}/api"
        fields = (api, "http://127.0.0.1/v2", "https://evidence.bank.example", self.port, processes)
        write_status(self.folder, SupervisorStatus(os.getpid(), since, stage, self.mark, *fields))

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()


@pytest.fixture
def up(world: World) -> Iterator[Up]:
    class ChangedAnswers(StandInServer):
        """The answers of one test."""

        last_heartbeat = datetime.now(UTC) + timedelta(minutes=1)

    with HTTPServer(("127.0.0.1", 0), ChangedAnswers) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        up = Up(listening.server_port, ChangedAnswers)
        with instance_lock(up.folder):
            up.write()
            yield up
            for name in up.processes:
                up.kill(name)
        listening.shutdown()
        thread.join()


def seen(up: Up, login: str = LOGIN) -> Health:
    return health(up.folder, login)


def test_a_supervisor_whose_processes_all_answer_is_well(up: Up) -> None:
    assert (seen(up).is_well, set(seen(up).faults.values()), seen(up).held_up) == (
        True,
        {""},
        (),
    )


def test_an_ended_worker_is_a_fault_even_with_a_recent_heartbeat(up: Up) -> None:
    up.kill("worker")
    found = seen(up)
    assert not found.is_well
    assert found.faults["worker"] == "its process has ended; `modelward up` restarts it"


def test_a_heartbeat_from_before_the_restart_of_the_worker_does_not_count(up: Up) -> None:
    up.answers.last_heartbeat = datetime.now(UTC) - timedelta(seconds=30)
    assert seen(up).is_well
    up.write(started=timedelta(seconds=10))
    assert seen(up).faults["worker"].startswith("it has sent no heartbeat since ")


def test_an_old_heartbeat_is_a_fault(up: Up) -> None:
    up.answers.last_heartbeat = datetime.now(UTC) - timedelta(seconds=100)
    assert seen(up).faults["worker"].startswith("it has sent no heartbeat since ")


def test_a_missing_login_is_a_fault_that_names_the_setting(up: Up) -> None:
    up.answers.status = 401
    assert (
        "set MODELWARD_PREFECT_LOGIN to the login with which `modelward up` was started"
        in seen(up, "").faults["worker"]
    )


def test_a_paused_work_pool_is_reported_but_no_fault(up: Up) -> None:
    up.answers.paused = True
    found = seen(up)
    assert found.is_well
    assert "the work pool modelward is paused" in found.held_up[0]


def test_an_ended_server_is_not_asked_for_its_runs(up: Up) -> None:
    up.kill("server")
    assert (seen(up).runs, seen(up).held_up, seen(up).is_well) == ((), (), False)


HOLD = """
from data.registry.registry import Registry
with Registry.here().store.session():
    print("held", flush=True)
    input()
"""


def test_status_works_while_another_process_locks_the_registry(
    up: Up, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_LOCK_WAIT_SECONDS", "0.1")
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD], **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        text, as_json = cli("status"), cli("status", "--json")
        holder.communicate("\n", timeout=30)
    assert (text.code, as_json.code) == (0, 0)
    assert "worker" in text.out
    assert f"cannot be read now: the registry is held by process {holder.pid}" in text.err
    assert (as_json.json["is_well"], as_json.json["waiting"]) == (True, None)
    assert "the registry is held" in as_json.json["unread"]


def test_status_shows_a_fault_and_a_paused_work_pool_with_exit_code_3(up: Up, cli: Cli) -> None:
    up.answers.paused = True
    up.kill("worker")
    result = cli("status")
    assert result.code == 3
    assert "→ worker: its process has ended" in result.out
    assert "→ the work pool modelward is paused" in result.out
    assert cli("status", "--json").json["well"] == {"server": True, "worker": False, "evidence": True}


def doctor_check(cli: Cli) -> dict[str, str]:
    (check,) = [one for one in cli("doctor", "--json").json if one["name"] == "supervisor"]
    return dict(check)


def test_the_doctor_reports_a_healthy_up(up: Up, cli: Cli) -> None:
    assert doctor_check(cli)["said"] == f"runs as process {os.getpid()}, at http://127.0.0.1/v2"


def test_the_doctor_reports_a_fault_as_a_warning(up: Up, cli: Cli) -> None:
    up.answers.paused = True
    up.kill("worker")
    check = doctor_check(cli)
    assert check["state"] == "warn"
    assert "worker: its process has ended" in check["said"]
    assert "the work pool modelward is paused" in check["said"]
    assert "`modelward status`" in check["remedy"]


def test_the_doctor_warns_of_a_missing_up_unless_another_server_is_set(
    world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (doctor_check(cli)["state"], doctor_check(cli)["remedy"]) == ("warn", "run `modelward up`")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert doctor_check(cli)["state"] == "ok"


def test_the_doctor_reports_a_killed_up(up: Up, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelward.supervisor.health.running_status", lambda folder: None)
    assert doctor_check(cli)["remedy"] == "run `modelward down`, which ends them"
