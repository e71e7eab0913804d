"""The pages at hand: each made when it is first asked for, and kept until the registry changes."""

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
from data.queries.event_index import EventIndex
from data.queries.log_proof import LogProof, prove_log
from views.evidence_address import AUDIT, INVENTORY
from views.pages.inventory_view import inventory_view
from views.pages.page import Page
from views.pages.render import (
    read_page,
    render_audit,
    render_inventory,
    render_model,
    render_monitoring,
    render_version,
)

ADDRESS = re.compile(
    r"(models/[a-z0-9][a-z0-9._-]{0,127}/[a-z0-9][a-z0-9._-]{0,127})/(index|monitoring|[0-9]{1,9})\.html"
)
UNVERIFIED = LogProof(None, "the audit page verifies it")
FRESH_SECONDS = 60
"""What is late or expired is judged by the clock: no page is older than this, whatever the registry did."""
MOST_PAGES, MOST_MODELS = 200, 4
MOST_BYTES = 64 << 20
"""Of all pages at hand together; the page that was asked for last stays, however large it is."""

T = TypeVar("T")
Mark = tuple[object, ...]


@dataclass(frozen=True)
class CachedPage:
    """A page's bytes and when they were made."""

    body: bytes
    made_at: datetime


class PageCache:
    """The pages of one home by address. One page is made at a time; the others wait for theirs."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._making = threading.Lock()
        self._pages: OrderedDict[str, tuple[Mark, CachedPage]] = OrderedDict()
        self._models: OrderedDict[str, tuple[Mark, Page]] = OrderedDict()
        self._index = EventIndex()

    def page(self, address: str) -> CachedPage:
        """The page at an address. Raises NotFoundError, MissingRegistryError, StoreError."""
        with self._making:
            kept = _kept(self._pages, address, self._mark(), MOST_PAGES, lambda: self._made(address))
            while len(self._pages) > 1 and sum(len(one.body) for _, one in self._pages.values()) > MOST_BYTES:
                self._pages.popitem(last=False)
            return kept

    def _mark(self) -> Mark:
        """What changes whenever the registry does, read without opening it: the sizes and times of its files."""
        files = (self._home.database, self._home.database.with_suffix(".duckdb.wal"), self._home.journal)
        seen = [(one.stat().st_size, one.stat().st_mtime_ns) if one.exists() else None for one in files]
        return (*seen, int(time.monotonic() // FRESH_SECONDS))

    def _made(self, address: str) -> CachedPage:
        return CachedPage(self._written(address).encode(), datetime.now(UTC))

    def _written(self, address: str) -> str:
        if address == INVENTORY:
            return render_inventory(inventory_view(self._home), None)
        if address == AUDIT:
            return render_audit(inventory_view(self._home), prove_log(self._home))
        named = ADDRESS.fullmatch(address)
        if named is None:
            raise NotFoundError("there is no such page", "the inventory lists every model")
        return _page_named(self._model(named[1]), named[2])

    def _model(self, model: str) -> Page:
        make = partial(read_page, self._home, model, UNVERIFIED, self._index)
        return _kept(self._models, model, self._mark(), MOST_MODELS, make)


def _page_named(page: Page, name: str) -> str:
    if name == "index":
        return render_model(page)
    if name == "monitoring":
        return render_monitoring(page)
    for chapter in page.chapters:
        if str(chapter.row.number) == name:
            return render_version(page, chapter)
    there = ", ".join(str(one.row.number) for one in page.chapters) or "none"
    raise NotFoundError(f"this model has no version {int(name)}", f"it has {there}")


def _kept(shelf: OrderedDict[str, tuple[Mark, T]], name: str, mark: Mark, most: int, make: Callable[[], T]) -> T:
    """What is kept under a name with this mark, or made now; the least asked for makes room."""
    found = shelf.get(name)
    if found is None or found[0] != mark:
        found = (mark, make())
        shelf[name] = found
    shelf.move_to_end(name)
    while len(shelf) > most:
        shelf.popitem(last=False)
    return found[1]
