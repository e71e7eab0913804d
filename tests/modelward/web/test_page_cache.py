"""What is at hand: a page until the registry changes, as many as may be, and the log read once for all of them."""

from __future__ import annotations

import pytest

from data.queries.event_index import EventIndex
from data.registry.commands.model import DeclareConsumer
from modelward.web import page_cache as shelves
from modelward.web.page_cache import PageCache
from tests.world import MODEL, World
from views.evidence_address import model_page

MODELS = [f"models/ops/m{number}" for number in range(4)]


@pytest.fixture
def shelf(world: World) -> PageCache:
    for model in (MODEL, *MODELS):
        world.model(model)
    return PageCache(world.home)


def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses whose pages are made from here on."""
    addresses: list[str] = []
    make = PageCache._made
    monkeypatch.setattr(PageCache, "_made", lambda self, address: (addresses.append(address), make(self, address))[1])
    return addresses


def test_a_page_is_made_once_until_the_registry_changes(
    shelf: PageCache, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "FRESH_SECONDS", 1_000_000_000)
    addresses, page = made(monkeypatch), model_page(MODEL)
    first = shelf.page(page)
    assert shelf.page(page) == first
    assert addresses == [page]
    world.do(DeclareConsumer(model=MODEL, system="crew-desk", owner="olga", contact="a@example.org"), by="olga")
    assert b"crew-desk" in shelf.page(page).body
    assert addresses == [page, page]


def test_pages_make_room_by_their_size(shelf: PageCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "FRESH_SECONDS", 1_000_000_000)
    pages = [model_page(one) for one in MODELS]
    monkeypatch.setattr(shelves, "MOST_BYTES", int(2.5 * len(shelf.page(pages[0]).body)))
    addresses = made(monkeypatch)
    for page in pages:
        shelf.page(page)
    assert addresses == pages[1:]
    shelf.page(pages[3])
    shelf.page(pages[2])
    assert addresses == pages[1:], "two of them are at hand"
    shelf.page(pages[1])
    assert addresses == [*pages[1:], pages[1]]


def test_a_page_larger_than_all_the_room_is_made_all_the_same(
    shelf: PageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "MOST_BYTES", 10)
    assert [len(shelf.page(model_page(one)).body) > 10 for one in MODELS] == [True] * 4


def test_the_log_is_read_once_for_every_page(shelf: PageCache, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[tuple[int, int]] = []
    extend = EventIndex.extend

    def noted(self: EventIndex, connection: object) -> None:
        before = self._size
        extend(self, connection)  # type: ignore[arg-type]
        spans.append((before, self._size))

    monkeypatch.setattr(EventIndex, "extend", noted)
    for model in MODELS[:2]:
        shelf.page(model_page(model))
    world.do(DeclareConsumer(model=MODEL, system="crew-desk", owner="olga", contact="a@example.org"), by="olga")
    shelf.page(model_page(MODEL))
    size = spans[0][1]
    assert spans == [(0, size), (size, size), (size, size + 1)]
