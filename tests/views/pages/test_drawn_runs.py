"""A page draws at most a year of monitoring runs, says so, and still lists every window."""

from __future__ import annotations

from dataclasses import replace

from data.queries.log_proof import LogProof
from data.queries.model_snapshot import ModelSnapshot
from data.queries.run_measurements import RunMeasurements, drawn_runs
from data.records.monitoring import Alert, MonitoringRun
from tests.data.queries.test_run_measurements import NIGHTLY, NOW
from tests.views.pages.test_monitoring_charts import measured
from tests.views.pages.test_render import Outline
from views.pages.page import page_of
from views.pages.render import render, render_list, render_monitoring

AUDIT = LogProof(None, "not asked")


def monitored_for_years(facts: ModelSnapshot) -> ModelSnapshot:
    """A registry with three years of nightly monitoring of ten columns."""
    days = [{"first_day": one.from_date, "last_day": one.to_date} for one in NIGHTLY]
    columns = [f"column {number}" for number in range(10)]
    batches = [[measured(1, column=one, **day) for one in columns] for day in days]
    nights = {one.key: RunMeasurements(one, tuple(batch)) for one, batch in zip(NIGHTLY, batches, strict=True)}
    drawn = [nights[one.key] for one in drawn_runs(NIGHTLY, [])]
    return replace(facts, drawn=drawn, unreadable=(), tables={**facts.tables, MonitoringRun: tuple(NIGHTLY), Alert: ()})


def test_a_page_states_which_windows_it_draws_and_leads_to_every_window(facts: ModelSnapshot) -> None:
    page = page_of(monitored_for_years(facts), AUDIT, NOW)
    outline = Outline(render_monitoring(page))
    sentence = outline.text[outline.text.find("The charts show") :][:120]

    assert sentence.startswith("The charts show 80 of 1,095 windows: the newest, one for each week")
    assert len([one for one in outline.all("circle") if "dot" in one.get("class", "")]) == 10 * 80
    assert 'href="windows-1.html"' in render_monitoring(page)
    oldest, single = "2011-01-02" in render_list(page, "windows", 1), "The charts show 80" in render(page)
    assert (oldest, single) == (True, True)


def test_a_page_that_draws_every_window_has_no_note_about_it(facts: ModelSnapshot) -> None:
    drawn = "The charts show" in render_monitoring(page_of(facts, AUDIT, NOW))
    assert not drawn


def test_labels_known_is_the_measured_share_of_the_same_window(facts: ModelSnapshot) -> None:
    text = Outline(render_monitoring(page_of(monitored_for_years(facts), AUDIT, NOW))).text
    shown = [one in text for one in ("97%", "1000%")]

    assert shown == [True, False]
