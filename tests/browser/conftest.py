"""Fixtures for browser tests; Prefect's pages are served by a supervisor of the module's `world`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.opened_chromium import chromium, shots, visit
from tests.browser.prefect_pages import PrefectPages
from tests.browser.watched_page import Visit
from tests.supervisor_fixtures import RunningUp, running_up
from tests.world import World

__all__ = ["chromium", "shots", "visit"]


@pytest.fixture(scope="module")
def up(world: World) -> Iterator[RunningUp]:
    """A running `modelward up` for the world of the module."""
    with running_up(world.home.root) as up:
        yield up


@pytest.fixture
def pages(up: RunningUp, visit: Visit) -> Iterator[PrefectPages]:
    """A browser at Prefect's pages; the test fails if a page reports an error or requests another machine."""
    pages = PrefectPages(visit(), up.status["ui_url"])
    yield pages
    assert pages.watched.outside == []
    assert pages.faults == []
