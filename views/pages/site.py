"""The evidence pages as a folder: static, offline, each page whole by itself; only what changed is written again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from data.errors import NotFoundError
from data.files.home import Home
from data.queries.event_index import EventIndex
from data.records.names import short
from views.evidence_address import AUDIT, INVENTORY, model_page, monitoring_page, version_page
from views.pages.audit import AuditProof, prove_log
from views.pages.collect import collect_each
from views.pages.inventory_view import Entry, Survey, survey
from views.pages.page import Page, page_of
from views.pages.page_manifest import PageManifest, put
from views.pages.render import render_audit, render_inventory, render_model, render_monitoring, render_version

AT_ONCE = 25
"""So many models are read from one snapshot of the registry, which is let go before they are drawn."""


@dataclass(frozen=True)
class Written:
    """What came of writing a site: where it lies, whose pages were written, and whose were as they should be."""

    root: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    pages: int


def site_folder(home: Home) -> Path:
    """Where the pages of a home lie unless another folder is named."""
    return home.reports / "site"


def write_site(home: Home, target: Path, wanted: Sequence[str] | None = None) -> Written:
    """Write the pages of the models under these keys, of all without any, with the inventory and the audit page.

    Pages that would say the same are left as they are. Raises InputError for a folder that holds something else,
    NotFoundError, MissingRegistryError, StoreError.
    """
    ledger, index = PageManifest.of(target), EventIndex()
    seen, audit = survey(home, index), prove_log(home)
    missing = set(wanted or ()) - {one.key for one in seen.entries}
    if missing:
        raise NotFoundError(f"there is no model {', '.join(sorted(map(short, missing)))}")
    asked = [one for one in seen.entries if wanted is None or one.key in wanted]
    stamps = {one.key: _stamp(one, index.newest(one.key), seen, audit) for one in asked}
    stale = [key for key, stamp in stamps.items() if not ledger.has(key, stamp)]
    pages = 2
    ledger.write()
    for number, page in enumerate(_pages(home, stale, audit, index), start=1):
        pages += _put_all(target, _addressed(page))
        ledger.stamps[page.facts.model.key] = stamps[page.facts.model.key]
        if number % AT_ONCE == 0:
            ledger.write()
    linked = frozenset(ledger.stamps)
    whole = linked >= {one.key for one in seen.entries}
    put(target / AUDIT, render_audit(seen, audit))
    put(target / INVENTORY, render_inventory(seen, audit, None if whole else linked))
    ledger.write()
    return Written(target, tuple(stale), tuple(key for key in stamps if key not in set(stale)), pages)


def _stamp(entry: Entry, newest_event: int, seen: Survey, audit: AuditProof) -> str:
    """Changes whenever a model's pages would say something else: its events, what the clock made of it, what is due
    and who could sign it (where that is not known here, with the time), the people, whether the log holds, and how
    pages are made."""
    people = sorted((one.person, one.name) for one in seen.people.values())
    holds = audit.outcome is None or audit.outcome.ok
    judged = [one.model_dump_json() for one in entry.versions]
    due = [[str(value) for value in astuple(one)] for one in entry.due]
    since = "" if entry.names_all else str(seen.time.now)
    told = [newest_event, judged, due, since, entry.stage, people, holds, _making()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@cache
def _making() -> str:
    """The digest of everything that makes a page."""
    folder = Path(__file__).parents[1]
    files = sorted(one for one in folder.rglob("*") if one.suffix in {".py", ".j2", ".css"})
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()


def _pages(home: Home, keys: Sequence[str], audit: AuditProof, index: EventIndex) -> Iterator[Page]:
    """Page after page, a few models in memory at a time."""
    for start in range(0, len(keys), AT_ONCE):
        for facts in collect_each(home, keys[start : start + AT_ONCE], index):
            yield page_of(facts, audit, datetime.now(UTC))


def _addressed(page: Page) -> Iterator[tuple[str, str]]:
    key = page.facts.model.key
    yield model_page(key), render_model(page)
    yield monitoring_page(key), render_monitoring(page)
    for chapter in page.chapters:
        yield version_page(chapter.row.key), render_version(page, chapter)


def _put_all(target: Path, pages: Iterable[tuple[str, str]]) -> int:
    written = 0
    for address, text in pages:
        put(target / address, text)
        written += 1
    return written
