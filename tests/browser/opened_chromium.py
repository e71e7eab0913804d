"""Start Chromium for the browser tests; they are skipped where no package of the distribution provides it.

The tests use `chromium-headless-shell` where it is installed: it needs a third of the CPU of `chromium`.

Each test saves screenshots in `build/screenshots`, named by what they show; a later run overwrites them:

    .venv/bin/python -m pytest tests/browser
    xdg-open build/screenshots                     # look at them too: a test finds only the faults that it checks for

While Playwright works, an event loop counts as running in its thread, and code that asks for one (Prefect's
client does) behaves as asynchronous code. So the browser is closed after each module and not after the session.
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
PACKAGES = ("chromium-headless-shell", "chromium")


def executable() -> Path | None:
    """Return the path of the browser; None where neither package is installed."""
    return next((path for path in (Path("/usr/bin", package) for package in PACKAGES) if path.exists()), None)


@contextmanager
def opened(home: Path) -> Iterator[Browser]:
    """Yield a browser with this folder as its home; it is closed when the block ends."""
    surroundings: dict[str, Any] = {**os.environ, "HOME": str(home)}
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*flags()], env=surroundings)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The distribution's Chromium, headless, with its own home and with access to this machine only."""
    if executable() is None:
        pytest.skip(f"no Chromium is installed; its package is called {' or '.join(PACKAGES)}")
    with opened(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="session")
def shots() -> Path:
    """The folder of the screenshots."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(chromium: Browser, shots: Path) -> Iterator[Visit]:
    """`visit(width=390, height=844, color_scheme="dark")`: a `WatchedPage` in a new context, closed after the test."""
    opened = list[WatchedPage]()

    def open_page(width: int = 1280, height: int = 900, **more: Any) -> WatchedPage:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        opened.append(WatchedPage(context, shots))
        return opened[-1]

    yield open_page
    for browser_page in opened:
        browser_page.close()
