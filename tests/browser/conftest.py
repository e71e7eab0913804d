"""Every test here looks at pages in a browser; Prefect's are those of the supervisor of the module's own `world`."""

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
    """What `modelward up` brings up for the world of the module."""
    with running_up(world.home.root) as up:
        yield up


@pytest.fixture
def pages(up: RunningUp, visit: Visit) -> Iterator[PrefectPages]:
    """Somebody's browser; whatever is done in it, no page complains and nothing leaves this machine."""
    pages = PrefectPages(visit(), up.status["ui_url"])
    yield pages
    assert pages.watched.outside == []
    assert pages.troubles == []
