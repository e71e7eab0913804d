"""Render the evidence pages as HTML without scripts and external requests; untrusted text never becomes markup.

The demo, the folder of pages, the page server and the single-file report all use these functions.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data.files.durable_file import write_durably
from data.files.file_fault import file_faults
from data.files.home import Home
from data.queries.log_proof import LogProof, prove_log
from data.queries.model_snapshot import model_snapshot
from views.charts.svg_timeline import AGAINST, GLYPHS, WORDS, draw_glyph
from views.evidence_address import AUDIT, INVENTORY, model_page, monitoring_page, version_page
from views.pages.filter_style import filter_style
from views.pages.inventory_page import InventoryChoice, InventoryPage, due_address, due_page
from views.pages.inventory_view import InventoryView
from views.pages.long_lists import MOST_NAMED, MOST_ROWS
from views.pages.page import Chapter, Page, page_of
from views.pages.page_filters import FILTERS, inert, interval
from views.pages.plain_markdown import as_markup

TEMPLATES = Path(__file__).parent / "templates"
MARKS: Mapping[str, object] = {
    "glyph": draw_glyph, "glyphs": GLYPHS, "words": WORDS, "against": AGAINST, "interval": interval,
    "as_markup": as_markup, "cut": MOST_ROWS, "named": MOST_NAMED, "INVENTORY": INVENTORY, "AUDIT": AUDIT,
    "model_page": model_page, "monitoring_page": monitoring_page, "version_page": version_page,
}  # fmt: skip
ROOT_FROM_MODEL = "../../../"
FIRST_PAGE = InventoryChoice()


def write_report(home: Home, model: str, target: Path) -> Path:
    """Write everything about the model with this key as one file and return its path; a missing folder is created.

    Raises NotFoundError, MissingRegistryError, StoreError, FileError.
    """
    content = render(read_page(home, model, prove_log(home))).encode()
    with file_faults(target):
        write_durably(target, content)
    return target


def read_page(home: Home, model: str, audit: LogProof) -> Page:
    """Return the content of one model's pages. Raises NotFoundError, MissingRegistryError, StoreError."""
    return page_of(model_snapshot(home, model), audit, datetime.now(UTC))


def render(page: Page) -> str:
    """Return the page with everything about one model."""
    return _written("report.html.j2", {**_about(page), "single": True})


def render_model(page: Page) -> str:
    """Return the main page of a model."""
    return _written("model.html.j2", _about(page))


def render_version(page: Page, chapter: Chapter) -> str:
    """Return the page of one version of a model."""
    return _written("version_page.html.j2", {**_about(page), "chapter": chapter})


def render_monitoring(page: Page) -> str:
    """Return the monitoring page of a model."""
    return _written("monitoring.html.j2", _about(page))


def render_list(page: Page, name: str, number: int) -> str:
    """Return a page of one of the model's long lists; pages are counted from 1."""
    return _written("list_page.html.j2", {**_about(page), "long": page.lists[name], "number": number})


def render_inventory(
    inventory: InventoryView,
    audit: LogProof | None,
    linked: frozenset[str] | None = None,
    choice: InventoryChoice = FIRST_PAGE,
    *,
    combines: bool = False,
) -> str:
    """Return a page of the inventory; `linked` are the keys of the models whose pages the copy contains (None: all).

    With `combines` the copy has a page for each combination of filters, otherwise for each single filter.
    """
    page = InventoryPage.of(inventory, choice, combines)
    more = {"page": page, "due": due_page(inventory, 1), "due_address": due_address}
    context = {**_around(inventory, audit), **more, "linked": linked, "root": choice.root}
    return _written("inventory.html.j2", context, filter_style(inventory) if page.is_whole else "")


def render_due(inventory: InventoryView, number: int, linked: frozenset[str] | None = None) -> str:
    """Return a page of what is due on all models, counted from 1; `linked` as for the inventory."""
    more = {"due": due_page(inventory, number), "due_address": due_address, "linked": linked, "root": "../"}
    return _written("due_page.html.j2", {**_around(inventory, None), **more})


def render_audit(inventory: InventoryView, audit: LogProof) -> str:
    """Return the page about the audit log."""
    return _written("audit_page.html.j2", _around(inventory, audit))


def _about(page: Page) -> dict[str, object]:
    return {
        "page": page, "facts": page.facts, "model": page.facts.model, "who": page.facts.person, "root": ROOT_FROM_MODEL,
        "time": page.facts.time, "written_at": page.written_at, "broken": _is_broken(page.audit),
        "log_size": page.facts.log_size, "origin": page.facts.origin, "single": False, "linked": None,
    }  # fmt: skip


def _around(inventory: InventoryView, audit: LogProof | None) -> dict[str, object]:
    return {
        "inventory": inventory, "who": inventory.person, "root": "", "time": inventory.time,
        "written_at": datetime.now(UTC), "audit": audit, "broken": audit is not None and _is_broken(audit),
        "log_size": inventory.log_size, "origin": inventory.origin, "single": False, "linked": None,
    }  # fmt: skip


def _is_broken(audit: LogProof) -> bool:
    return audit.outcome is not None and not audit.outcome.ok


def _written(template: str, context: Mapping[str, object], more_style: str = "") -> str:
    style = _style() + more_style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template(template).render({**MARKS, **context}, style=Markup(style), style_digest=digest)


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=inert,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(FILTERS)
    return made
