"""Free ports on this machine, and requests to a Prefect server on it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from data.errors import SupervisorError
from modelward.supervisor.loopback import answers, ask, ask_for_reply, fault_of, port_for

REQUESTS: list[tuple[str, str, dict[str, str], bytes]] = []


class RecordingServer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        REQUESTS.append((self.command, self.path, {name.title(): value for name, value in self.headers.items()}, body))
        if self.path == "/api/busy" and len(REQUESTS) < 3:
            self.send_error(503)
            return
        found = {"/api/busy": b'"at last"', "/api/health": b"true", "/api/broken": b"<html>", "/api/runs": b"[1]"}
        answer = json.dumps({"token": "t1"}).encode() if "csrf-token" in self.path else found.get(self.path)
        needs_login = self.path == "/api/guarded" and not self.headers.get("Authorization")
        self.send_response((403 if body else 401) if needs_login else 404 if answer is None else 200)
        self.end_headers()
        self.wfile.write(answer or b"")

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    REQUESTS.clear()
    with HTTPServer(("127.0.0.1", 0), RecordingServer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        thread.join()


def test_port_zero_gives_a_free_port() -> None:
    assert port_for(0, "prefect_port") > 1024


def test_a_port_in_use_is_refused_with_the_setting_to_change() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SupervisorError, match=f"port {port} cannot be used") as refused:
            port_for(port, "prefect_port")
    assert "MODELWARD_PREFECT_PORT" in refused.value.remedy


def test_answers_is_true_only_for_a_response_without_an_error(api: str) -> None:
    assert answers(f"{api}/health")
    assert not answers(f"{api}/nothing")
    assert not answers("http://127.0.0.1:9/")


def test_a_fault_or_a_response_without_json_gives_none(api: str) -> None:
    assert ask(api, "/health", "") is True
    assert ask(api, "/broken", "") is None
    assert ask(api, "/nothing", "") is None


def test_each_fault_is_described(api: str) -> None:
    assert fault_of(f"{api}/health") == ""
    assert fault_of("http://127.0.0.1:9/").startswith("it does not answer: ")
    assert ask_for_reply(api, "/nothing", "").fault == "it answers with status 404"
    assert ask_for_reply(api, "/broken", "").fault == "its answer is not JSON"
    for question in (None, {}):
        assert "MODELWARD_PREFECT_LOGIN" in ask_for_reply(api, "/guarded", "", question).fault


def test_a_server_that_answers_503_is_asked_again(api: str) -> None:
    assert ask_for_reply(api, "/busy", "").content == "at last"
    assert len(REQUESTS) == 3


def test_a_request_to_this_machine_uses_no_proxy(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert answers(f"{api}/health")


def test_a_post_with_a_login_has_the_login_and_a_csrf_token(api: str) -> None:
    assert ask(api, "/runs", "ops:secret", {"limit": 1}) == [1]
    token, question = REQUESTS
    assert token[1].startswith("/api/csrf-token?client=")
    assert {one[2]["Authorization"] for one in REQUESTS} == {"Basic b3BzOnNlY3JldA=="}
    assert question[2]["Prefect-Csrf-Token"] == "t1"
    assert question[3] == b'{"limit": 1}'
