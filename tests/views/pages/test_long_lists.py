"""Lists that grow without limit: the newest rows where they belong, every row on further pages of a bounded size."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from data.queries.log_entries import LogEntry
from data.queries.log_proof import LogProof
from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from data.records.monitoring import MonitoringRun
from tests.world import MODEL, World
from views.evidence_address import list_page
from views.pages.long_lists import LIST_NAMES, MOST_ROWS, LongList
from views.pages.page import Page, page_of
from views.pages.render import render, render_list, render_model, render_monitoring

EVENTS = 3_000
LARGEST = 200_000
"""Bytes of any page of a model with so many events and monitored windows; they were a million each."""


@pytest.fixture
def page(world: World) -> Page:
    """The pages of a model with 3,000 events and as many monitored windows."""
    world.version()
    facts = model_snapshot(world.home, MODEL)
    events = [_later(facts.events[-1], number) for number in range(EVENTS)]
    nights = [
        MonitoringRun.model_construct(
            to_date=f"{world.now + timedelta(days=number):%Y-%m-%d}",
            key=f"{MODEL}/runs/{number}", from_date="2013-01-01", rows=100, counts={},
            headline={}, faults=(), measurements_digest=f"sha256:{number:064x}",
        )
        for number in range(EVENTS)
    ]  # fmt: skip
    return dataclasses.replace(_page(dataclasses.replace(facts, events=events)), nights=nights)


def _later(event: LogEntry, number: int) -> LogEntry:
    return event.model_copy(update={"seq": 1_000_000 + number})


def _page(facts: ModelSnapshot) -> Page:
    return page_of(facts, LogProof(None, "not verified"), facts.time.now)


def _events_on(text: str) -> list[int]:
    return [int(one) for one in re.findall(r'<th scope="row" class="n">(1\d{6})</th>', text)]


def test_the_pages_of_a_model_with_3000_events_stay_small_and_show_the_newest_rows(page: Page) -> None:
    model, monitoring = render_model(page), render_monitoring(page)
    assert max(len(model.encode()), len(monitoring.encode())) < LARGEST
    assert _events_on(model) == [1_000_000 + number for number in range(EVENTS - MOST_ROWS, EVENTS)]
    assert f"{MOST_ROWS} of 3,000 events" in model
    assert 'href="events-1.html"' in model
    assert 'href="windows-1.html"' in monitoring


def test_the_pages_of_a_list_together_have_each_row_once_and_lead_to_each_other(page: Page) -> None:
    pages = page.lists["events"].pages
    texts = [render_list(page, "events", number) for number in range(1, pages + 1)]
    assert [seq for text in texts for seq in _events_on(text)] == [1_000_000 + number for number in range(EVENTS)]
    assert max(len(text.encode()) for text in texts) < LARGEST
    for number, text in enumerate(texts[:-1], start=2):
        assert f'href="{list_page(MODEL, "events", number).rpartition("/")[2]}"' in text
    assert f"events-{pages + 1}.html" not in texts[-1]


def test_the_report_in_one_file_has_every_row(page: Page) -> None:
    text = render(page)
    assert len(_events_on(text)) == EVENTS
    assert "page by page" not in text


@pytest.mark.parametrize("name", LIST_NAMES)
def test_each_list_has_pages(name: str, page: Page) -> None:
    assert f"All {name} of" in render_list(page, name, 1)


PAGES = {"none": (0, 0), "as many as fit": (MOST_ROWS, 0), "one more": (MOST_ROWS + 1, 2), "many": (5 * MOST_ROWS, 5)}


@pytest.mark.parametrize(("rows", "pages"), PAGES.values(), ids=PAGES)
def test_a_list_that_fits_has_no_further_pages(rows: int, pages: int) -> None:
    assert LongList("events", range(rows)).pages == pages
