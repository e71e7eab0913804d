"""The server: on loopback alone, many at once but not too many, read only, and gone when it is told to go."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from data.errors import ConfigurationError
from modelward.web.server import MOST_AT_ONCE, EvidenceServer
from tests.world import MODEL, World
from views.evidence_address import model_page

PATIENCE = 60.0


@contextmanager
def serving(world: World) -> Iterator[EvidenceServer]:
    server = EvidenceServer(world.home, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def asked(port: int, target: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def test_a_page_is_got_whole_and_its_head_alone(world: World) -> None:
    world.model()
    with serving(world) as server:
        port = server.server_address[1]
        status, body, headers = asked(port, f"/{model_page(MODEL)}")
        assert (status, str(len(body))) == (200, headers["Content-Length"])
        assert asked(port, f"/{model_page(MODEL)}", "HEAD")[:2] == (200, b"")
        assert asked(port, "/", "BREW")[0] == 405
        assert "Python" not in headers["Server"]


def test_many_may_ask_at_once(world: World) -> None:
    world.model()
    with serving(world) as server, ThreadPoolExecutor(MOST_AT_ONCE - 1) as pool:
        targets = ["/", "/audit.html", f"/{model_page(MODEL)}"] * 20
        answers = list(pool.map(lambda target: asked(server.server_address[1], target)[0], targets))
    assert set(answers) <= {200, 503}
    assert answers.count(200) >= 50


def test_too_many_at_once_are_told_to_come_again_and_then_there_is_room(world: World) -> None:
    with serving(world) as server:
        port = server.server_address[1]
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(MOST_AT_ONCE)]
        deadline = threading.Event()
        while server.places.acquire(blocking=False):
            server.places.release()
            assert not deadline.wait(0.02)
        assert asked(port, "/health")[0] == 503
        for one in silent:
            one.close()
        while (status := asked(port, "/health")[0]) == 503:
            assert not deadline.wait(0.02)
        assert status == 200


def test_it_is_for_this_machine_alone_and_answers_at_the_address_that_it_tells(world: World) -> None:
    with serving(world) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert server.url == f"http://127.0.0.1:{server.server_address[1]}"
        assert asked(server.server_address[1], "/health")[0] == 200


def test_no_option_serves_it_anywhere_else(world: World) -> None:
    command = [sys.executable, "-m", "modelward", "serve", "--host", "127.0.0.2", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_port_that_is_taken_is_named(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=str(port)):
            EvidenceServer(world.home, port)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_the_command_serves_until_it_is_told_to_end_and_leaves_the_port_free(
    world: World, told: signal.Signals
) -> None:
    environment = {**os.environ, "MODELWARD_HOME": str(world.home.root)}
    command = [sys.executable, "-m", "modelward", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.split("127.0.0.1:")[1].split("/")[0])
        assert asked(port, "/health")[0] == 200
        process.send_signal(told)
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    with pytest.raises(ConnectionRefusedError):
        asked(port, "/health")


def test_serving_needs_no_prefect(world: World) -> None:
    code = (
        "import sys; from data.files.home import Home; from modelward.web.route import Route\n"
        "answer = Route(Home.here()).answer('GET', '/', {'Host': 'localhost'})\n"
        "print(answer.status, [one for one in sys.modules if one.split('.')[0] in ('prefect', 'scipy')])"
    )
    environment = {**os.environ, "MODELWARD_HOME": str(world.home.root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip().endswith("200 []")
