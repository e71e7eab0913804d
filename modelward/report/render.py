"""The report of one model's life as one HTML file: no script, no request to anywhere, nothing of others as markup."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data.durable_file import write_durably
from data.home import Home
from data.inventory import list_versions
from data.registry import Registry
from modelward.report.audit import prove_log
from modelward.report.collect import collect
from modelward.report.page import Page, page_of
from modelward.report.svg_timeline import AGAINST, GLYPHS, WORDS, draw_glyph
from modelward.report.wording import FILTERS, inert, interval

TEMPLATES = Path(__file__).parent / "templates"


def write_report(home: Home, model: str, target: Path) -> Path:
    """Write the report of the model under this key to `target`, whose folder is made; answers the file.

    Raises NotFoundError, MissingRegistryError, StoreError.
    """
    facts = collect(home, model)
    with Registry(home).reading() as state:
        listed = list_versions(state, facts.time.now, model)
    page = page_of(facts, listed, prove_log(home), datetime.now(UTC))
    write_durably(target, render(page).encode())
    return target


def render(page: Page) -> str:
    """The page as HTML."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    told = {"page": page, "facts": page.facts, "model": page.facts.model, "who": page.facts.person}
    marks = {"glyph": draw_glyph, "glyphs": GLYPHS, "words": WORDS, "against": AGAINST, "interval": interval}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            **told,
            **marks,
            style=Markup(style),
            style_digest=digest,
        )
    )


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=inert,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(FILTERS)
    return made
