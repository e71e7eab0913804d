"""This machine's addresses are reached directly, whatever proxies the environment names."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from modelward.supervisor.direct_access import direct_access, is_loopback
from modelward.supervisor.prefect_environment import environment_of_child, prepare

HERE = "127.0.0.1,localhost,::1"
NAMES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


class Answers(BaseHTTPRequestHandler):
    """A server that answers every request."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset every proxy before each test, and restore them afterwards."""
    for name in NAMES:
        monkeypatch.setenv(name, "to be restored")
        monkeypatch.delenv(name)


PROXIES = {
    "a proxy that does not answer": ("HTTP_PROXY", "http://127.0.0.1:9"),
    "a proxy in lower case": ("http_proxy", "http://127.0.0.1:9"),
    "a proxy for everything": ("ALL_PROXY", "http://127.0.0.1:9"),
    "a SOCKS proxy, whose package is not installed": ("all_proxy", "socks5h://127.0.0.1:9"),
    "a proxy of an unknown scheme": ("ALL_PROXY", "ftp://127.0.0.1:9"),
}


@pytest.mark.parametrize(("name", "proxy"), PROXIES.values(), ids=PROXIES)
def test_a_prepared_process_reaches_this_machine_beside(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, proxy: str
) -> None:
    monkeypatch.setenv(name, proxy)
    prepare(tmp_path)
    assert httpx.get(address).is_success


def test_the_process_of_a_child_has_the_same_exceptions(tmp_path: Path) -> None:
    assert environment_of_child(tmp_path)["no_proxy"] == HERE
    assert "no_proxy" not in os.environ


def test_a_proxy_that_can_be_used_stays_for_other_hosts() -> None:
    assert not {"HTTPS_PROXY", "http_proxy"} & direct_access({"HTTPS_PROXY": "http://proxy:3128"}).keys()
    assert "http_proxy" not in direct_access({"http_proxy": "proxy:3128"})


EXCEPTIONS = {
    "none": ({}, HERE),
    "those in capitals, of which the lower case must lose none": ({"NO_PROXY": "bank.test"}, f"bank.test,{HERE}"),
    "those of both": ({"NO_PROXY": "a.test, b.test", "no_proxy": "b.test,c.test"}, f"a.test,b.test,c.test,{HERE}"),
    "those that are added already": ({"NO_PROXY": HERE, "no_proxy": HERE}, HERE),
    "every host": ({"NO_PROXY": "*"}, "*"),
}


@pytest.mark.parametrize(("given", "hosts"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_this_machine_is_added_to_the_exceptions(given: dict[str, str], hosts: str) -> None:
    assert direct_access(given) == {"NO_PROXY": hosts, "no_proxy": hosts}


ADDRESSES = {
    "http://127.0.0.1:4200/api": True,
    "http://localhost/api": True,
    "http://[::1]:4200/api": True,
    "https://prefect.bank.test/api": False,
    "http://127.0.0.1.bank.test/api": False,
}


@pytest.mark.parametrize(("url", "is_here"), ADDRESSES.items(), ids=ADDRESSES)
def test_an_address_of_this_machine_is_recognised(url: str, is_here: bool) -> None:
    assert is_loopback(url) is is_here
