"""How the house is: each process is judged by what it does, and a fault says what it is."""

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
from modelward.supervisor.instance_lock import ProcessStatus, Stage, SupervisorStatus, residence, write_account
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import marked, part_of
from tests.modelward.conftest import Cli
from tests.standing_house import until
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
        until(lambda: len(marked(self.mark)) == 3)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, MARK: part_of(self.mark, name)}
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=environment)

    def write(self, stage: Stage = "ready", started: timedelta = timedelta(hours=1)) -> None:
        since = f"{datetime.now(UTC) - started:%Y-%m-%dT%H:%M:%S.%fZ}"
        tenants = {name: ProcessStatus(one.pid, since) for name, one in self.processes.items()}
        api = f"http://127.0.0.1:{self.port}/api"
        told = (api, "http://127.0.0.1/v2", "https://evidence.bank.example", self.port, tenants)
        write_account(self.folder, SupervisorStatus(os.getpid(), since, stage, self.mark, *told))

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()


@pytest.fixture
def house(world: World) -> Iterator[Up]:
    class Answers(Server):
        """Of this test."""

        heard = datetime.now(UTC) + timedelta(minutes=1)

    with HTTPServer(("127.0.0.1", 0), Answers) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        up = Up(listening.server_port, Answers)
        with residence(up.folder):
            up.write()
            yield up
            for name in up.processes:
                up.kill(name)
        listening.shutdown()
        thread.join()


def seen(house: Up, login: str = LOGIN) -> Health:
    return health(house.folder, login)


def test_all_is_well_when_each_does_what_it_is_for(house: Up) -> None:
    assert (seen(house).is_well, set(seen(house).faults.values()), seen(house).held_up) == (True, {""}, ())


def test_a_process_that_is_gone_is_not_well_however_fresh_its_last_heartbeat(house: Up) -> None:
    house.kill("worker")
    told = seen(house)
    assert not told.is_well
    assert told.faults["worker"] == "its process has ended; `modelward up` starts it again by itself"


def test_a_heartbeat_of_the_one_before_is_none_of_the_one_that_was_just_started(house: Up) -> None:
    house.answers.heard = datetime.now(UTC) - timedelta(seconds=30)
    assert seen(house).is_well
    house.write(started=timedelta(seconds=10))
    assert seen(house).faults["worker"].startswith("nothing was heard of it since ")


def test_an_old_heartbeat_is_none(house: Up) -> None:
    house.answers.heard = datetime.now(UTC) - timedelta(seconds=100)
    assert seen(house).faults["worker"].startswith("nothing was heard of it since ")


def test_without_the_login_the_fault_names_the_setting(house: Up) -> None:
    house.answers.status = 401
    assert "set MODELWARD_PREFECT_LOGIN to the one that `modelward up` was given" in seen(house, "").faults["worker"]


def test_what_is_paused_is_said_and_is_no_fault(house: Up) -> None:
    house.answers.paused = True
    told = seen(house)
    assert told.is_well
    assert "the work pool modelward is paused" in told.held_up[0]


def test_a_server_that_is_gone_is_not_asked_for_the_rest(house: Up) -> None:
    house.kill("server")
    assert (seen(house).runs, seen(house).held_up, seen(house).is_well) == ((), (), False)


HOLD = """
from data.registry.registry import Registry
with Registry.here().store.session():
    print("held", flush=True)
    input()
"""


def test_status_says_how_the_house_is_though_somebody_holds_the_registry(
    house: Up, cli: Cli, monkeypatch: pytest.MonkeyPatch
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


def test_status_names_the_fault_and_what_holds_runs_up(house: Up, cli: Cli) -> None:
    house.answers.paused = True
    house.kill("worker")
    said = cli("status")
    assert said.code == 3
    assert "→ worker: its process has ended" in said.out
    assert "→ the work pool modelward is paused" in said.out
    assert cli("status", "--json").json["well"] == {"server": True, "worker": False, "evidence": True}


def house_of_doctor(cli: Cli) -> dict[str, str]:
    (check,) = [one for one in cli("doctor", "--json").json if one["name"] == "house"]
    return dict(check)


def test_the_doctor_knows_a_house_that_is_well(house: Up, cli: Cli) -> None:
    assert house_of_doctor(cli)["said"] == f"up as process {os.getpid()}, at http://127.0.0.1/v2"


def test_what_ails_the_house_is_a_warning_of_the_doctor(house: Up, cli: Cli) -> None:
    house.answers.paused = True
    house.kill("worker")
    check = house_of_doctor(cli)
    assert check["state"] == "warn"
    assert "worker: its process has ended" in check["said"]
    assert "the work pool modelward is paused" in check["said"]
    assert "`modelward status`" in check["remedy"]


def test_the_doctor_says_that_nothing_is_up_where_nobody_named_another_server(
    world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (house_of_doctor(cli)["state"], house_of_doctor(cli)["remedy"]) == ("warn", "`modelward up` brings it up")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert house_of_doctor(cli)["state"] == "ok"


def test_the_doctor_says_that_one_was_killed(house: Up, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelward.supervisor.health.resident", lambda folder: None)
    assert house_of_doctor(cli)["remedy"] == "`modelward down` ends them"
