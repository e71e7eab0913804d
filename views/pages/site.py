"""Write the evidence pages to a folder of static files; pages that did not change are not written again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from data.errors import NotFoundError
from data.files.content_seal import ContentSeal
from data.files.home import Home
from data.queries.log_proof import LogProof, prove_log
from data.queries.model_events import newest_events
from data.queries.model_snapshot import model_snapshots
from data.records.names import short
from views.evidence_address import AUDIT, list_page, model_page, monitoring_page, version_page
from views.pages.inventory_page import due_address, due_page, every_choice
from views.pages.inventory_view import InventoryLine, InventoryView, inventory_view
from views.pages.page import Page, page_of
from views.pages.page_manifest import PageManifest
from views.pages.render import (
    render_audit,
    render_due,
    render_inventory,
    render_list,
    render_model,
    render_monitoring,
    render_version,
)

BATCH_SIZE = 25
"""The number of models read from one snapshot of the registry, which is closed before their pages are rendered."""


@dataclass(frozen=True)
class WrittenSite:
    """The result of writing the pages: the folder, and the keys of the models.

    `written` are the models whose pages were written, `kept` those whose pages were current, and `pages` is the number
    of files written. `altered` are the addresses of pages that were not as they were written before, `added` those of
    pages that no report wrote.
    """

    root: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    pages: int
    altered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def site_folder(home: Home) -> Path:
    """Return the default folder for the pages of a home."""
    return home.reports / "site"


def write_site(home: Home, target: Path, models: Sequence[str] | None = None) -> WrittenSite:
    """Write the pages of the models with these keys (None: all), the inventory and the audit page.

    Pages whose content did not change are not written, unless somebody changed or removed one. Raises InputError for a
    folder with other contents, NotFoundError, MissingRegistryError, StoreError, SigningKeyError.
    """
    manifest, newest = PageManifest.of(target, ContentSeal(home.keys)), newest_events(home)
    inventory, audit = inventory_view(home), prove_log(home)
    missing = set(models or ()) - {one.key for one in inventory.lines}
    if missing:
        raise NotFoundError(f"there is no model {', '.join(sorted(map(short, missing)))}")
    chosen = [one for one in inventory.lines if models is None or one.key in models]
    stamps = {one.key: _stamp(one, newest.get(one.key, 0), inventory, audit) for one in chosen}
    stale = [key for key, stamp in stamps.items() if not manifest.has(key, stamp)]
    altered, added, pages = _changed(manifest.altered, stamps), _changed(manifest.added, stamps), 0
    manifest.write()
    for number, page in enumerate(_pages(home, stale, audit), start=1):
        pages += manifest.replace(page.facts.model.key, _addressed(page))
        manifest.stamps[page.facts.model.key] = stamps[page.facts.model.key]
        if number % BATCH_SIZE == 0:
            manifest.write()
    linked = frozenset(manifest.stamps)
    whole = linked >= {one.key for one in inventory.lines}
    pages += manifest.replace("", _about_all(inventory, audit, None if whole else linked))
    manifest.write()
    return WrittenSite(
        target, tuple(stale), tuple(key for key in stamps if key not in set(stale)), pages, altered, added
    )


def _stamp(line: InventoryLine, newest_event: int, inventory: InventoryView, audit: LogProof) -> str:
    """Return a digest that changes whenever the content of a model's pages would change.

    It covers the events, the facts that depend on the time, what is due and who could sign (if these people are not
    known, the time instead), the people, whether the log was verified, and the code that renders pages.
    """
    people = sorted((one.person, one.name) for one in inventory.people.values())
    holds = audit.outcome is None or audit.outcome.ok
    judged = [one.model_dump_json() for one in line.versions]
    due = [[str(value) for value in astuple(one)] for one in line.due]
    since = "" if line.names_all else str(inventory.time.now)
    stamped = [newest_event, judged, due, since, line.stage, people, holds, _code_digest()]
    return hashlib.sha256(json.dumps(stamped).encode()).hexdigest()


@cache
def _code_digest() -> str:
    """Return the digest of the code and templates that make a page: `views` and `data/queries`."""
    root = Path(__file__).parents[2]
    found = [*(root / "views").rglob("*"), *(root / "data" / "queries").rglob("*")]
    files = sorted(one for one in found if one.suffix in {".py", ".j2", ".css", ".sql"})
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()


def _pages(home: Home, keys: Sequence[str], audit: LogProof) -> Iterator[Page]:
    """Yield the content of each model's pages; the facts of at most `BATCH_SIZE` models are in memory at a time."""
    for start in range(0, len(keys), BATCH_SIZE):
        for facts in model_snapshots(home, keys[start : start + BATCH_SIZE]):
            yield page_of(facts, audit, datetime.now(UTC))


def _changed(addresses: Sequence[str], keys: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of pages of these models, and of pages of no model."""
    folders = tuple(f"{key}/" for key in keys)
    return tuple(one for one in addresses if one.startswith(folders) or not one.startswith("models/"))


def _about_all(inventory: InventoryView, audit: LogProof, linked: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    """Yield the pages about no single model: audit, inventory and what is due, each with its address."""
    yield AUDIT, render_audit(inventory, audit)
    for choice in every_choice(inventory):
        yield choice.address, render_inventory(inventory, audit, linked, choice)
    due_pages = due_page(inventory, 1).pages
    for number in range(1, due_pages + 1) if due_pages > 1 else ():
        yield due_address(number), render_due(inventory, number, linked)


def _addressed(page: Page) -> Iterator[tuple[str, str]]:
    key = page.facts.model.key
    yield model_page(key), render_model(page)
    yield monitoring_page(key), render_monitoring(page)
    for chapter in page.chapters:
        yield version_page(chapter.row.key), render_version(page, chapter)
    for name, long in page.lists.items():
        for number in range(1, long.pages + 1):
            yield list_page(key, name, number), render_list(page, name, number)
