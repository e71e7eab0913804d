"""A page is cached until the registry changes, up to a limit, and the inventory is read once for all its pages."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.registry.commands.model import DeclareConsumer
from modelward.web import page_cache
from modelward.web.page_cache import PageCache
from tests.world import MODEL, World
from views.evidence_address import list_page, model_page
from views.pages import inventory_page, long_lists

MODELS = [f"models/ops/m{number}" for number in range(4)]


@pytest.fixture
def cache(world: World) -> PageCache:
    for model in (MODEL, *MODELS):
        world.model(model)
    return PageCache(world.home)


def rendered_addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the address of each page rendered from now on is added."""
    addresses: list[str] = []
    make = PageCache._make
    monkeypatch.setattr(PageCache, "_make", lambda self, address: (addresses.append(address), make(self, address))[1])
    return addresses


def test_a_page_is_rendered_once_until_the_registry_changes(
    cache: PageCache, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 1_000_000_000)
    addresses, page = rendered_addresses(monkeypatch), model_page(MODEL)
    first = cache.page(page)
    assert cache.page(page) == first
    assert addresses == [page]
    world.do(DeclareConsumer(model=MODEL, system="crew-desk", owner="olga", contact="a@example.org"), by="olga")
    assert b"crew-desk" in cache.page(page).body
    assert addresses == [page, page]


def test_the_least_recently_used_pages_are_removed_above_the_byte_limit(
    cache: PageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 1_000_000_000)
    pages = [model_page(one) for one in MODELS]
    monkeypatch.setattr(page_cache, "MOST_BYTES", int(2.5 * len(cache.page(pages[0]).body)))
    addresses = rendered_addresses(monkeypatch)
    for page in pages:
        cache.page(page)
    assert addresses == pages[1:]
    cache.page(pages[3])
    cache.page(pages[2])
    assert addresses == pages[1:], "two of them are cached"
    cache.page(pages[1])
    assert addresses == [*pages[1:], pages[1]]


def test_a_page_larger_than_the_limit_is_still_served(cache: PageCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_BYTES", 10)
    assert [len(cache.page(model_page(one)).body) > 10 for one in MODELS] == [True] * 4


def test_the_pages_of_a_long_list_are_served(cache: PageCache, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFoundError, match="the events are all on the pages of the model"):
        cache.page(list_page(MODEL, "events", 1))
    monkeypatch.setattr(long_lists, "MOST_ROWS", 2)
    assert b"model.registered" in cache.page(list_page(MODEL, "events", 1)).body
    with pytest.raises(NotFoundError, match=r"the list of events has \d pages"):
        cache.page(list_page(MODEL, "events", 9))


def test_the_pages_of_a_long_inventory_are_served_from_one_reading(
    cache: PageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 1_000_000_000)
    monkeypatch.setattr(inventory_page, "MOST_LINES", 2)
    reads: list[object] = []
    read = page_cache.inventory_view
    monkeypatch.setattr(page_cache, "inventory_view", lambda home: (reads.append(home), read(home))[1])
    shown = [cache.page(one).body.count(b'class="line') for one in ("index.html", "inventory/3.html")]
    assert (shown, len(reads)) == ([2, 1], 1)
    assert b"Models 1 to 2 of 5 that fit" in cache.page("inventory/tier-2/owner-olga/1.html").body
    assert b"What is due" in cache.page("due/1.html").body
    for missing in ("inventory/4.html", "due/2.html"):
        with pytest.raises(NotFoundError, match="there is no such page"):
            cache.page(missing)


def test_a_page_shows_the_events_since_the_last_page(cache: PageCache, world: World) -> None:
    cache.page(model_page(MODELS[1]))
    assert b"crew-desk" not in cache.page(model_page(MODEL)).body
    world.do(DeclareConsumer(model=MODEL, system="crew-desk", owner="olga", contact="a@example.org"), by="olga")
    assert b"crew-desk" in cache.page(model_page(MODEL)).body
