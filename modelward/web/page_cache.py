"""Cache the evidence pages: a page is rendered at its first request, and kept until the registry changes."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from data.errors import NotFoundError
from data.files.home import Home
from data.queries.log_proof import LogProof, prove_log
from views.evidence_address import AUDIT, INVENTORY
from views.pages.inventory_page import InventoryChoice, InventoryPage, due_number, due_page
from views.pages.inventory_view import InventoryView, inventory_view
from views.pages.long_lists import LIST_NAMES
from views.pages.page import Page
from views.pages.render import (
    read_page,
    render_audit,
    render_due,
    render_inventory,
    render_list,
    render_model,
    render_monitoring,
    render_version,
)

ADDRESS = re.compile(
    r"(models/[a-z0-9][a-z0-9._-]{0,127}/[a-z0-9][a-z0-9._-]{0,127})/"
    rf"(index|monitoring|[0-9]{{1,9}}|(?:{'|'.join(LIST_NAMES)})-[1-9][0-9]{{0,8}})\.html"
)
UNVERIFIED = LogProof(None, "the audit page verifies it")
FRESH_SECONDS = 60
"""The maximum age of a page: what is late or expired changes with the clock, even if the registry does not change."""
MOST_PAGES, MOST_MODELS = 200, 4
MOST_BYTES = 64 << 20
"""The limit for all cached pages together; the page of the last request is kept even if it is larger."""

T = TypeVar("T")
PageVersion = tuple[object, ...]


@dataclass(frozen=True)
class CachedPage:
    """The bytes of a page, and the time at which they were rendered."""

    body: bytes
    made_at: datetime


class PageCache:
    """The pages of one home by address. Only one page is rendered at a time; other requests wait."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._making = threading.Lock()
        self._pages: OrderedDict[str, tuple[PageVersion, CachedPage]] = OrderedDict()
        self._models: OrderedDict[str, tuple[PageVersion, Page]] = OrderedDict()
        self._inventories: OrderedDict[str, tuple[PageVersion, InventoryView]] = OrderedDict()

    def page(self, address: str) -> CachedPage:
        """Return the page at an address. Raises NotFoundError, MissingRegistryError, StoreError."""
        with self._making:
            cached = _cached(self._pages, address, self._version(), MOST_PAGES, lambda: self._make(address))
            while len(self._pages) > 1 and sum(len(one.body) for _, one in self._pages.values()) > MOST_BYTES:
                self._pages.popitem(last=False)
            return cached

    def _version(self) -> PageVersion:
        """Return a value that changes with the sizes and times of the registry's files, and every FRESH_SECONDS."""
        files = (self._home.database, self._home.database.with_suffix(".duckdb.wal"), self._home.journal)
        states = [(one.stat().st_size, one.stat().st_mtime_ns) if one.exists() else None for one in files]
        return (*states, int(time.monotonic() // FRESH_SECONDS))

    def _make(self, address: str) -> CachedPage:
        return CachedPage(self._render(address).encode(), datetime.now(UTC))

    def _render(self, address: str) -> str:
        choice, due = InventoryChoice.at(address), due_number(address)
        if choice is not None:
            return _inventory_page(self._inventory(), choice)
        if due is not None:
            return _due_page(self._inventory(), due)
        if address == AUDIT:
            return render_audit(inventory_view(self._home), prove_log(self._home))
        match = ADDRESS.fullmatch(address)
        if match is None:
            raise NotFoundError("there is no such page", "start at the inventory, which lists every model")
        return _page_named(self._model(match[1]), match[2])

    def _inventory(self) -> InventoryView:
        return _cached(self._inventories, INVENTORY, self._version(), 1, partial(inventory_view, self._home))

    def _model(self, model: str) -> Page:
        make = partial(read_page, self._home, model, UNVERIFIED)
        return _cached(self._models, model, self._version(), MOST_MODELS, make)


def _inventory_page(inventory: InventoryView, choice: InventoryChoice) -> str:
    if InventoryPage.of(inventory, choice, combines=True).is_missing:
        raise NotFoundError("there is no such page of the inventory", "start at the inventory")
    return render_inventory(inventory, None, choice=choice, combines=True)


def _due_page(inventory: InventoryView, number: int) -> str:
    pages = due_page(inventory, number).pages
    if number > pages:
        raise NotFoundError(f"there is no such page: what is due has {pages} pages", "start at the inventory")
    return render_due(inventory, number)


def _page_named(page: Page, name: str) -> str:
    if name == "index":
        return render_model(page)
    if name == "monitoring":
        return render_monitoring(page)
    if "-" in name:
        return _listed(page, *name.split("-"))
    for chapter in page.chapters:
        if str(chapter.row.number) == name:
            return render_version(page, chapter)
    versions = ", ".join(str(one.row.number) for one in page.chapters)
    remedy = f"choose one of its versions: {versions}" if versions else "start at the page of the model"
    raise NotFoundError(f"this model has no version {int(name)}", remedy)


def _listed(page: Page, name: str, number: str) -> str:
    pages = page.lists[name].pages
    if int(number) <= pages:
        return render_list(page, name, int(number))
    what = f"the list of {name} has {pages} pages" if pages else f"the {name} are all on the pages of the model"
    raise NotFoundError(f"there is no such page: {what}", "start at the page of the model")


def _cached(
    cache: OrderedDict[str, tuple[PageVersion, T]], name: str, version: PageVersion, most: int, make: Callable[[], T]
) -> T:
    """Return the value under a name; make it if it is missing or has another version.

    Of more than `most` values, the least recently used ones are removed.
    """
    found = cache.get(name)
    if found is None or found[0] != version:
        found = (version, make())
        cache[name] = found
    cache.move_to_end(name)
    while len(cache) > most:
        cache.popitem(last=False)
    return found[1]
