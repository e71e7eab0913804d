"""How the supervisor is: each process is judged by what it does, and a fault says what it is."""

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
from modelward.supervisor.process_discovery import mark_of_part, marked_processes
from tests.modelward.conftest import Cli
from tests.supervisor_fixtures import until
from tests.world import World

LOGIN = "ops:secret"


class Server(BaseHTTPRequestHandler):
    """What a Prefect server and the evidence pages answer to whoever asks how they are."""

    heard: datetime
    status = 200
    paused = False

    def do_GET(self) -> None:
        pool = {"is_paused": self.paused, "concurrency_limit": None}
        token = {"token": "t"} if "csrf-token" in self.path else True
        self._reply({"/api/work_pools/modelward": pool}.get(self.path, token))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        workers = [{"last_heartbeat_time": self.heard.isoformat()}]
        self._reply(workers if self.path.endswith("/workers/filter") else [])

    def _reply(self, answer: Any) -> None:
        self.send_response(500 if self.path == "/" else 200 if self.path.endswith("/health") else self.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Up:
    """An `up` that this test holds; its processes sleep, and one server answers for all of them."""

    def __init__(self, port: int, answers: type[Server]) -> None:
        self.folder, self.mark, self.answers = Home.here().up, f"test-{port}", answers
        self.processes = {name: self.start(name) for name in ("server", "worker", "evidence")}
        self.port = port
        until(lambda: len(marked_processes(self.mark)) == 3)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, MARK: mark_of_part(self.mark, name)}
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=environment)

    def write(self, stage: SupervisorStage = "ready", started: timedelta = timedelta(hours=1)) -> None:
        since = f"{datetime.now(UTC) - started:%Y-%m-%dT%H:%M:%S.%fZ}"
        tenants = {name: ProcessStatus(one.pid, since) for name, one in self.processes.items()}
        api = f"http://127.0.0.1:{self.port}/api"
        told = (api, "http://127.0.0.1/v2", "https://evidence.bank.example", self.port, tenants)
        write_status(self.folder, SupervisorStatus(os.getpid(), since, stage, self.mark, *told))

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()


@pytest.fixture
def up(world: World) -> Iterator[Up]:
    class Answers(Server):
        """Of this test."""

        heard = datetime.now(UTC) + timedelta(minutes=1)

    with HTTPServer(("127.0.0.1", 0), Answers) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        up = Up(listening.server_port, Answers)
        with instance_lock(up.folder):
            up.write()
            yield up
            for name in up.processes:
                up.kill(name)
        listening.shutdown()
        thread.join()


def seen(up: Up, login: str = LOGIN) -> Health:
    return health(up.folder, login)


def test_all_is_well_when_each_does_what_it_is_for(up: Up) -> None:
    assert (seen(up).is_well, set(seen(up).faults.values()), seen(up).held_up) == (
        True,
        {""},
        (),
    )


def test_a_process_that_is_gone_is_not_well_however_fresh_its_last_heartbeat(up: Up) -> None:
    up.kill("worker")
    told = seen(up)
    assert not told.is_well
    assert told.faults["worker"] == "its process has ended; `modelward up` starts it again by itself"


def test_a_heartbeat_of_the_one_before_is_none_of_the_one_that_was_just_started(up: Up) -> None:
    up.answers.heard = datetime.now(UTC) - timedelta(seconds=30)
    assert seen(up).is_well
    up.write(started=timedelta(seconds=10))
    assert seen(up).faults["worker"].startswith("it has sent no heartbeat since ")


def test_an_old_heartbeat_is_none(up: Up) -> None:
    up.answers.heard = datetime.now(UTC) - timedelta(seconds=100)
    assert seen(up).faults["worker"].startswith("it has sent no heartbeat since ")


def test_without_the_login_the_fault_names_the_setting(up: Up) -> None:
    up.answers.status = 401
    assert "set MODELWARD_PREFECT_LOGIN to the one that `modelward up` was given" in seen(up, "").faults["worker"]


def test_what_is_paused_is_said_and_is_no_fault(up: Up) -> None:
    up.answers.paused = True
    told = seen(up)
    assert told.is_well
    assert "the work pool modelward is paused" in told.held_up[0]


def test_a_server_that_is_gone_is_not_asked_for_the_rest(up: Up) -> None:
    up.kill("server")
    assert (seen(up).runs, seen(up).held_up, seen(up).is_well) == ((), (), False)


HOLD = """
from data.registry.registry import Registry
with Registry.here().store.session():
    print("held", flush=True)
    input()
"""


def test_status_says_how_all_is_though_somebody_holds_the_registry(
    up: Up, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_LOCK_WAIT_SECONDS", "0.1")
    told: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD], **told) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        said, as_json = cli("status"), cli("status", "--json")
        holder.communicate("\n", timeout=30)
    assert (said.code, as_json.code) == (0, 0)
    assert "worker" in said.out
    assert f"cannot be read now: the registry is held by process {holder.pid}" in said.err
    assert (as_json.json["is_well"], as_json.json["waiting"]) == (True, None)
    assert "the registry is held" in as_json.json["unread"]


def test_status_names_the_fault_and_what_holds_runs_up(up: Up, cli: Cli) -> None:
    up.answers.paused = True
    up.kill("worker")
    result = cli("status")
    assert result.code == 3
    assert "→ worker: its process has ended" in result.out
    assert "→ the work pool modelward is paused" in result.out
    assert cli("status", "--json").json["well"] == {"server": True, "worker": False, "evidence": True}


def doctors_check(cli: Cli) -> dict[str, str]:
    (check,) = [one for one in cli("doctor", "--json").json if one["name"] == "supervisor"]
    return dict(check)


def test_the_doctor_knows_an_up_that_is_well(up: Up, cli: Cli) -> None:
    assert doctors_check(cli)["said"] == f"up as process {os.getpid()}, at http://127.0.0.1/v2"


def test_a_fault_is_a_warning_of_the_doctor(up: Up, cli: Cli) -> None:
    up.answers.paused = True
    up.kill("worker")
    check = doctors_check(cli)
    assert check["state"] == "warn"
    assert "worker: its process has ended" in check["said"]
    assert "the work pool modelward is paused" in check["said"]
    assert "`modelward status`" in check["remedy"]


def test_the_doctor_says_that_nothing_is_up_where_nobody_named_another_server(
    world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (doctors_check(cli)["state"], doctors_check(cli)["remedy"]) == ("warn", "`modelward up` brings it up")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert doctors_check(cli)["state"] == "ok"


def test_the_doctor_says_that_one_was_killed(up: Up, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelward.supervisor.health.running_status", lambda folder: None)
    assert doctors_check(cli)["remedy"] == "`modelward down` ends them"
