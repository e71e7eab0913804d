"""Every test here looks at pages in a browser; Prefect's are those of the house of the module's own `world`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.opened_chromium import chromium, shots, visit
from tests.browser.prefect_pages import PrefectPages
from tests.browser.watched_page import Visit
from tests.standing_house import House, standing
from tests.world import World

__all__ = ["chromium", "shots", "visit"]


@pytest.fixture(scope="module")
def house(world: World) -> Iterator[House]:
    """What `modelward up` brings up for the world of the module."""
    with standing(world.home.root) as house:
        yield house


@pytest.fixture
def pages(house: House, visit: Visit) -> Iterator[PrefectPages]:
    """Somebody's browser; whatever is done in it, no page complains and nothing leaves this machine."""
    pages = PrefectPages(visit(), house.account["ui_url"])
    yield pages
    assert pages.watched.outside == []
    assert pages.troubles == []
