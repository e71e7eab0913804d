"""The evidence pages in a browser: on a wide screen, on a phone, in the dark theme, in print, and without scripts."""

from __future__ import annotations

import itertools
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog

from tests.browser.watched_page import Visit
from tests.model_histories import LONG_NAME, add_full_history, add_other_models
from tests.operations import prepared
from tests.world import MODEL, Template, World
from views.pages.render import write_report
from views.pages.site import write_site

DESK, PHONE = (1280, 900), (390, 844)
PAGES = {
    "inventory": "index.html",
    "record": "audit.html",
    "model": f"{MODEL}/index.html",
    "model with a long name": f"{LONG_NAME}/index.html",
    "version that served": f"{MODEL}/1.html",
    "version that waits": "models/crm/churn/1.html",
    "watch": f"{MODEL}/monitoring.html",
    "watch of a model that nobody watched": "models/risk/only-listed/monitoring.html",
    "all in one file": "one-file.html",
}
WIDTHS = {"desk": DESK, "phone": PHONE}
SCHEMES = ("light", "dark")
FEW = {("desk", "light"), ("phone", "light"), ("desk", "dark")}
VIEWS = [
    pytest.param(*view, marks=() if view[1:] in FEW and view[0] != "all in one file" else pytest.mark.long)
    for view in itertools.product(PAGES, WIDTHS, SCHEMES)
]
"""Every page at each width and in each scheme. On a dark phone, and in one file, no colour and no rule is new."""
GRAVE = {"serious", "critical"}
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true })"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """[...document.querySelectorAll('td, th')].filter(one => one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).display !== 'none').length"""


@pytest.fixture(scope="module")
def site(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a registry with a long history, whose texts contain hostile markup."""
    root = tmp_path_factory.mktemp("site")
    full_history = prepared(founded, root / "home", add_full_history)
    world = World(full_history.root, full_history.now)
    add_other_models(world)
    write_report(world.home, MODEL, root / "pages-file.html")
    done = write_site(world.home, root / "pages")
    (root / "pages-file.html").replace(done.root / "one-file.html")
    return done.root


def opened(visit: Visit, site: Path, page: str, size: tuple[int, int] = DESK, **more: Any) -> Any:
    watched = visit(*size, **more)
    watched.page.goto((site / page).as_uri())
    return watched


@pytest.mark.parametrize(("page", "width", "scheme"), VIEWS)
def test_a_page_is_accessible_and_requests_nothing(
    visit: Visit, site: Path, page: str, width: str, scheme: str
) -> None:
    watched = opened(visit, site, PAGES[page], WIDTHS[width], color_scheme=scheme)
    if scheme == "light" or page == "inventory":
        watched.shot(f"site-{page.replace(' ', '-')}-{width}-{scheme}", whole=True)
    assert watched.page.evaluate(WIDER) == 0
    watched.page.evaluate(OPEN_ALL)
    assert watched.page.evaluate(WIDER) == 0

    found = Axe().run(watched.page).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in GRAVE] == []
    assert watched.faults == []
    assert watched.requests == [(site / PAGES[page]).as_uri()]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_inventory_is_filtered_without_a_script(visit: Visit, site: Path, width: str) -> None:
    page = opened(visit, site, "index.html", WIDTHS[width], java_script_enabled=False).page
    lines = page.locator(".line:visible")
    assert lines.count() == 5
    page.get_by_label("Stage").select_option("in review")
    assert set(lines.locator("th").all_inner_texts()) == {"crm/churn", "risk/fraud"}
    page.get_by_label("Tier").select_option("1")
    assert lines.locator("th").all_inner_texts() == ["risk/fraud"]
    page.get_by_label("Stage").select_option("all")
    page.get_by_label("Tier").select_option("all")
    page.get_by_label("Owner").select_option("Axel (axel)")
    assert lines.locator("th").all_inner_texts() == ["risk/only-listed"]
    page.get_by_label("Owner").select_option("all")
    page.locator("#by-due").select_option("late")
    assert "ops/delay" in lines.locator("th").all_inner_texts()
    assert "risk/fraud" not in lines.locator("th").all_inner_texts()


def test_a_request_is_reached_from_the_inventory_by_keyboard(visit: Visit, site: Path) -> None:
    watched = opened(visit, site, "index.html")
    page = watched.page
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.get_by_role("link", name="Approval to deploy v1, production").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/1.html#request-1")
    assert page.locator("#request-1").is_visible()
    outline = page.get_by_role("link", name="Inventory")
    outline.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html")
    assert watched.faults == []


@pytest.mark.parametrize("page", PAGES)
def test_untrusted_text_runs_nothing(visit: Visit, site: Path, page: str) -> None:
    watched = opened(visit, site, PAGES[page])
    dialogs: list[Dialog] = []
    watched.page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - Playwright marks its listeners
    watched.page.evaluate(OPEN_ALL)
    assert watched.page.locator("img, script, iframe, form, a[href*='example.org'], a[href^='javascript']").count() == 0
    assert dialogs == []
    assert watched.outside == []


@pytest.mark.parametrize("page", PAGES)
def test_no_table_is_cut_off_in_print(visit: Visit, site: Path, tmp_path: Path, page: str) -> None:
    watched = opened(visit, site, PAGES[page], (718, 1000))
    watched.page.emulate_media(media="print")
    assert watched.page.evaluate(WIDER) <= 1
    assert watched.page.evaluate(CUT) == 0
    file = watched.page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    assert file.startswith(b"%PDF")
    assert 1 <= pages_of(file) <= 40


def pages_of(pdf: bytes) -> int:
    """Return the number of pages of a PDF, counted in its objects, compressed or plain."""
    packed = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in (pdf, *map(_unpacked, packed)))


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""
