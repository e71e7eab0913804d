"""A WatchedPage notices the faults of a page, so that a test without findings has really looked."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.watched_page import Visit, is_elsewhere

PAGES = {
    "/fine": "<title>fine</title><link rel=icon href=data:,><p>nothing wrong here",
    "/thrown": "<link rel=icon href=data:,><script>throw new Error('thrown by a script')</script>",
    "/said": "<link rel=icon href=data:,><script>console.error('said by a script')</script>",
    "/missing": "<link rel=icon href=data:,><img src=/nowhere.png>",
    "/outside": "<link rel=icon href=data:,><img src=https://pictures.example/pixel.gif>",
}
CASES = {
    "an error that nobody caught": ("/thrown", "thrown by a script"),
    "an error on the console": ("/said", "said by a script"),
    "a request answered with an error": ("/missing", "/nowhere.png: 404"),
    "a request to another machine": ("/outside", "left this machine: https://pictures.example/pixel.gif"),
}


class FaultyHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path in PAGES
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGES.get(self.path, "").encode())

    def log_message(self, *_: object) -> None:
        """Write nothing to the terminal."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), FaultyHandler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("page", "fault"), CASES.values(), ids=CASES)
def test_every_fault_of_a_page_is_recorded(visit: Visit, site: str, page: str, fault: str) -> None:
    watched = visit()
    watched.page.goto(site + page, wait_until="networkidle")
    assert any(fault in one for one in watched.faults), watched.faults


def test_a_page_without_faults_has_an_empty_list_and_a_screenshot(visit: Visit, site: str) -> None:
    watched = visit(width=390, height=844)
    watched.page.goto(f"{site}/fine", wait_until="networkidle")
    assert watched.faults == []
    assert watched.requests[0] == f"{site}/fine"
    assert watched.page.evaluate("window.innerWidth") == 390
    assert watched.shot("watched-page").read_bytes().startswith(b"\x89PNG")


def test_other_machines_cannot_be_reached(tmp_path: Path) -> None:
    at_hand = ("http://127.0.0.1:4200/v2", "data:,", (tmp_path / "index.html").as_uri(), "ws://127.0.0.1/events")
    assert not any(map(is_elsewhere, at_hand))
    assert all(map(is_elsewhere, ("https://127.0.0.1.example/", "http://10.0.0.1/", "wss://example.org/events")))
