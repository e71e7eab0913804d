"""A browser page that records its faults and every address it requests.

watched = visit()                   a page as wide as a desktop screen; visit(width=390): as narrow as a phone
watched.page.goto(address)
watched.shot("inventory")           a screenshot, build/screenshots/inventory.png
assert watched.faults == []       no console error, no failed request, no request to another machine
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

PATIENCE_MS = 60_000
AT_HAND = ("127.0.0.1", "localhost")
WITHOUT_REQUEST = ("file", "data", "blob", "about", "chrome")
STILL = """{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { animation: none !important; transition: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const draw = window.requestAnimationFrame;
  window.requestAnimationFrame = (callback) => setTimeout(() => draw(callback), 2000);
  window.cancelAnimationFrame = clearTimeout;
}"""
"""Stops animations, and lets the page draw a frame every two seconds: Prefect's page draws the graph of a run in each
frame, which costs a whole processor for as long as a test waits for the run."""


class WatchedPage:
    """One page in its own browser context, observed from before its first request."""

    def __init__(self, context: BrowserContext, shots: Path) -> None:
        self.requests: list[str] = []
        self.outside: list[str] = []
        self.failed: list[str] = []
        self.complaints: list[str] = []
        self.complaints_when_busy: list[str] = []
        self._shots, self._context = shots, context
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(STILL)
        context.on("request", self._on_request)
        context.on("requestfailed", self._gone_wrong)
        context.on("response", self._answered)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._complain(f"{error.error.message} {error.error.stack}"))
        self.page: Page = context.new_page()

    @property
    def faults(self) -> list[str]:
        """Return every fault of the page: console errors, failed requests, requests to other machines."""
        return [*self.complaints, *self.failed, *(f"left this machine: {one}" for one in self.outside)]

    def shot(self, name: str, whole: bool = False) -> Path:
        """Save a screenshot of the visible part or the whole page, and return its path."""
        path = self._shots / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole)
        return path

    def close(self) -> None:
        """Close the page and discard its context."""
        self._context.close()

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        if is_elsewhere(request.url):
            self.outside.append(request.url)

    def _gone_wrong(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # leaving a page cancels its open requests
            self.failed.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.failed.append(f"{response.request.method} {response.url}: {response.status}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(f"{message.text} ({message.location['url']})")

    def _complain(self, text: str) -> None:
        """Record a console error unless it follows a 503 of a busy server, which is recorded in `failed`."""
        is_busy = any(failure.endswith(": 503") for failure in self.failed)
        (self.complaints_when_busy if is_busy else self.complaints).append(text)


Visit = Callable[..., WatchedPage]


def is_elsewhere(url: str) -> bool:
    """Return True if a request for this address leaves the machine."""
    address = urlsplit(url)
    return address.scheme not in WITHOUT_REQUEST and address.hostname not in AT_HAND


def flags() -> Sequence[str]:
    """Return the flags of Chromium: no sandbox (tests may run as root) and no requests of its own."""
    return (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    )
