"""Chromium opens our pages as people do. Without the distribution's package `chromium` such a test skips and says so.

Each test leaves pictures in `build/screenshots`, named by what is seen; a run overwrites those of the run before:

    .venv/bin/python -m pytest tests/browser
    xdg-open build/screenshots                     # look at them: a test only finds what somebody thought of

While Playwright is at work, an event loop counts as running in its thread, and whatever asks for one (Prefect's
client does) believes to be asynchronous. So the browser ends with its module and not with the session.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.watched_page import PATIENCE_MS, Visit, WatchedPage, flags

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def opened(home: Path) -> Iterator[Browser]:
    """A browser that is closed with the block, with this folder as its home."""
    surroundings: dict[str, Any] = {**os.environ, "HOME": str(home)}
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags()], env=surroundings)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The distribution's Chromium, headless, with a home of its own and nobody to talk to but this machine."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing; the package is called chromium")
    with opened(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where the pictures go."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(chromium: Browser, shots: Path) -> Iterator[Visit]:
    """`visit(width=390, height=844, color_scheme="dark")`: a watched page in a new context, closed with the test."""
    opened = list[WatchedPage]()

    def open_page(width: int = 1280, height: int = 900, **more: Any) -> WatchedPage:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        opened.append(WatchedPage(context, shots))
        return opened[-1]

    yield open_page
    for browser_page in opened:
        browser_page.close()
