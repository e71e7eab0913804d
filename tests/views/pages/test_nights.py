"""Of years of nights a year is drawn: the newest each, one a week before them, and those in which an alert began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from data.logs.measurements import to_bytes
from data.records.monitoring import Alert, MonitoringRun
from tests.views.pages.test_monitoring_charts import FIRST, measured
from tests.views.pages.test_render import Outline
from tests.world import MODEL
from views.pages.audit import AuditProof
from views.pages.facts import Facts
from views.pages.nights import Night, drawn_runs, read_nights
from views.pages.page import page_of
from views.pages.render import render, render_monitoring

LAST = date(2013, 12, 31)
NOW = datetime(2014, 1, 1, tzinfo=UTC)
AUDIT = AuditProof(None, "not asked")


def run(ago: int, **told: object) -> MonitoringRun:
    last = LAST - timedelta(days=ago)
    given = {
        "key": f"{MODEL}/monitoring/{last}", "model": MODEL, "plan": f"{MODEL}/monitoring-plans/1", "run_id": "r",
        "from_date": f"{last - timedelta(days=6)}", "to_date": f"{last}", "versions": (FIRST,), "rows": 900,
        "labelled": 9_000, "partitions": (), "measurements_digest": "", "counts": {"quiet": 1}, "outcomes": {},
        "ran_at": NOW, "headline": {"coverage": 0.97},
    }  # fmt: skip
    return MonitoringRun.model_validate({**given, **told})


def alert(number: int, ago: int) -> Alert:
    day = f"{LAST - timedelta(days=ago)}"
    return Alert(
        key=f"{MODEL}/alerts/{number}", model=MODEL, version=FIRST, number=number, about="psi:distance", level="page",
        text="it moved", first_window=day, last_window=day, opened_at=NOW, changed_at=NOW,
    )  # fmt: skip


def ages(runs: Iterable[MonitoringRun]) -> list[int]:
    return [(LAST - date.fromisoformat(one.to_date)).days for one in runs]


NIGHTLY = [run(ago) for ago in range(3 * 365)]
DRAWN: dict[str, tuple[list[MonitoringRun], list[Alert], list[int]]] = {
    "no night": ([], [], []),
    "a few nights": ([run(ago) for ago in range(10)], [], list(range(9, -1, -1))),
    "a year, a week each": ([run(7 * week) for week in range(52)], [], [7 * week for week in range(51, -1, -1)]),
    "years, a week each": ([run(7 * week) for week in range(200)], [], [7 * week for week in range(52, -1, -1)]),
    "years, night by night": (NIGHTLY, [], [*range(364, 34, -7), *range(31, -1, -1)]),
    "nights in which an alert began": (
        [run(ago) for ago in range(60)], [alert(1, 38), alert(2, 44), alert(3, 200)],
        [56, 49, 44, 42, 38, 35, *range(31, -1, -1)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("runs", "alerts", "drawn"), DRAWN.values(), ids=DRAWN)
def test_of_the_nights_are_drawn(runs: list[MonitoringRun], alerts: list[Alert], drawn: list[int]) -> None:
    assert ages(drawn_runs(reversed(runs), alerts)) == drawn


def test_a_night_whose_measurements_are_gone_is_named(facts: Facts) -> None:
    kept = run(7, measurements_digest=facts.store.put(to_bytes([measured(1)])))

    read, unread = read_nights(facts.store, [kept, run(0, measurements_digest="sha256:" + "0" * 64)])

    assert read == [Night(kept, (measured(1),))]
    assert [one.partition(":")[0] for one in unread] == ["2013-12-31"]


def watched_for_years(facts: Facts) -> Facts:
    """Three years, night by night, of ten columns."""
    days = [{"first_day": one.from_date, "last_day": one.to_date} for one in NIGHTLY]
    columns = [f"column {number}" for number in range(10)]
    batches = [[measured(1, column=one, **day) for one in columns] for day in days]
    nights = {one.key: Night(one, tuple(batch)) for one, batch in zip(NIGHTLY, batches, strict=True)}
    drawn = [nights[one.key] for one in drawn_runs(NIGHTLY, [])]
    return replace(facts, drawn=drawn, unread=(), tables={**facts.tables, MonitoringRun: tuple(NIGHTLY), Alert: ()})


def test_a_page_says_what_it_draws_and_names_every_window(facts: Facts) -> None:
    page = page_of(watched_for_years(facts), AUDIT, NOW)
    outline = Outline(render_monitoring(page))
    said = outline.text[outline.text.find("Drawn are") :][:100]

    assert said.startswith("Drawn are 80 of 1,095 windows: the newest, one a week")
    assert len([one for one in outline.all("circle") if "dot" in one.get("class", "")]) == 10 * 80
    oldest, single = "2011-01-02" in outline.text, "Drawn are 80" in render(page)
    assert (oldest, single) == (True, True)


def test_a_page_that_draws_every_night_says_nothing_of_it(facts: Facts) -> None:
    drawn = "Drawn are" in render_monitoring(page_of(facts, AUDIT, NOW))
    assert not drawn


def test_labels_known_is_the_share_that_was_measured_not_one_of_other_days(facts: Facts) -> None:
    text = Outline(render_monitoring(page_of(watched_for_years(facts), AUDIT, NOW))).text
    told = [one in text for one in ("97%", "1000%")]

    assert told == [True, False]
