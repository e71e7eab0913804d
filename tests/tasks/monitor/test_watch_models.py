"""One model's nights from its logs to the registry: what pages, what is shown, what is a fault, what happens once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.logs.measurements import from_bytes
from data.notices.outbox import Outbox
from data.records.model import Consumer
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.version import Version
from data.registry.commands.model import RecordMonitoringPlan
from data.registry.commands.monitoring import AnswerAlert
from tasks.monitor.record_windows import NightOutcome
from tests.operations import deploy
from tests.prediction_logs import DAY, days, midnight, write_partition
from tests.watched_model import RULES, WatchedModel, watched_model
from tests.world import MODEL, World

END = DAY + days(6)
SHIFTED = {"distance": 1.0, "temp": 1.0}


def alerts(watch: WatchedModel) -> dict[str, Alert]:
    return {one.about: one for one in watch.world.find(Alert)}


def levels(watch: WatchedModel) -> dict[str, str]:
    return {one.about: one.level for one in watch.world.find(Alert) if one.state != "ended"}


def run_of(watch: WatchedModel, watched: NightOutcome) -> MonitoringRun:
    return watch.world.get(MonitoringRun, watched.run)


def test_a_quiet_week_is_recorded_and_wakes_nobody(watch: WatchedModel) -> None:
    watch.log(DAY)
    watched = watch.night(END)
    run = run_of(watch, watched)
    assert (watched.state, watched.pages, watched.warnings, watched.faults) == ("recorded", (), (), 0)
    assert (run.from_date, run.to_date, run.rows, run.labelled) == ("2013-04-01", "2013-04-07", 2_100, 2_100)
    assert (run.versions, len(run.partitions)) == ((watch.version,), 7)
    assert set(run.outcomes.values()) == {"quiet"}
    assert run.headline["coverage"] == 1.0
    assert levels(watch) == {}


def test_a_shift_pages_in_the_second_week_and_the_same_shift_declared_seasonal_never(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=3, shift=SHIFTED)
    seen = [watch.night(END + days(7 * week)) for week in range(3)]
    assert [(len(one.pages), len(one.warnings)) for one in seen] == [(0, 1), (1, 0), (1, 0)]
    assert levels(watch) == {"psi:distance": "page"}
    runs = [run_of(watch, one) for one in seen]
    assert [one.outcomes["psi:distance"] for one in runs] == ["watch", "page", "page"]
    assert {one.outcomes["psi:temp"] for one in runs} == {"seasonal: not paged"}
    assert all((one.headline["psi:temp"] or 0) > 0.5 for one in runs)


def test_the_measurements_of_a_night_are_kept_under_their_digest(watch: WatchedModel) -> None:
    watch.log(DAY, shift=SHIFTED)
    run = run_of(watch, watch.night(END))
    kept = from_bytes(watch.world.artifacts.read(run.measurements_digest))
    batch = {one.rule or one.measurement.statistic: one for one in kept}
    assert (batch["psi:distance"].outcome, batch["psi:temp"].outcome) == ("watch", "seasonal: not paged")
    assert batch["psi:distance"].measurement.value == run.headline["psi:distance"]
    assert {one.version for one in batch.values()} == {watch.version}
    assert (batch["auc"].first_day, batch["auc"].last_day) == ("2013-04-01", "2013-04-07")


def test_nights_of_overlapping_windows_do_not_add_up_to_a_page(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=2, shift=SHIFTED)
    for offset in range(5):
        assert watch.night(END + days(offset)).pages == ()
    assert alerts(watch)["psi:distance"].times == 5
    assert len(watch.night(END + days(7)).pages) == 1


def test_a_severe_night_pages_at_once_and_tells_the_route(world: World) -> None:
    severe = [{**RULES[0], "severe": 0.2}, *RULES[1:]]
    watch = watched_model(world, severe)
    watch.log(DAY, shift=SHIFTED)
    (page,) = watch.night(END).pages
    alert = world.get(Alert, page)
    assert (alert.severe, alert.version, alert.threshold) == (True, watch.version, 0.2)
    (incident,) = world.find(Incident)
    assert (incident.alerts, incident.blocking) == ((page,), True)
    (notice,) = Outbox(world.home.outbox).notices()
    assert (notice.to, notice.about) == ("delay-oncall", page)
    assert notice.title.startswith("ops/delay: “psi:distance” pages on ")
    assert "Severe: “psi of distance is" in notice.text
    assert re.search("Runbook: “[^”]*runbooks/delay.md”", notice.text)


def test_labels_that_turn_out_otherwise_are_found_on_the_week_whose_labels_are_mature(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=2, shift={"label": 0.9})
    early = run_of(watch, watch.night(END, at=midnight(END + days(1))))
    assert (early.headline["coverage"] or 0) == 1.0
    assert early.labelled == 4 * 300
    late = run_of(watch, watch.night(END + days(7)))
    assert late.outcomes["calibration:score"] in ("watch", "page")
    assert (late.headline["calibration"] or 1) < 0.7


def test_without_labels_performance_cannot_be_said(watch: WatchedModel) -> None:
    watch.log(DAY, labels_after=None)
    run = run_of(watch, watch.night(END))
    assert (run.outcomes["calibration:score"], run.labelled) == ("cannot say", 0)
    assert (run.headline["auc"], run.headline["coverage"]) == (None, 0.0)


def test_an_empty_window_cannot_say_and_its_missing_days_page(watch: WatchedModel) -> None:
    watched = watch.night(END)
    assert run_of(watch, watched).outcomes["psi:distance"] == "cannot say"
    (page,) = watched.pages
    assert "and 4 more" in watch.world.get(Alert, page).text
    assert alerts(watch)["missing partition"].version is None


def test_watching_the_same_window_again_changes_nothing(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=2, shift=SHIFTED)
    for week in range(2):
        watch.night(END + days(7 * week))
    events, notices = len(watch.world.events()), len(Outbox(watch.world.home.outbox).notices())
    again = watch.night(END + days(7))
    assert again.state == "recorded"
    assert len(watch.world.events()) == events
    assert len(Outbox(watch.world.home.outbox).notices()) == notices == 1


def test_a_night_that_died_before_its_notice_tells_it_when_run_again(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=2, shift=SHIFTED)
    for week in range(2):
        watch.night(END + days(7 * week))
    for notice in watch.world.home.outbox.iterdir():
        notice.unlink()
    watch.night(END + days(7))
    assert len(Outbox(watch.world.home.outbox).notices()) == 1


def test_a_week_measured_again_after_a_day_was_rewritten_revises_its_run(watch: WatchedModel) -> None:
    watch.log(DAY)
    first = run_of(watch, watch.night(END))
    watch.log_day(DAY, {}, rows=200)
    second = run_of(watch, watch.night(END))
    assert (first.rev, second.rev, second.rows) == (1, 2, 2_000)


def test_a_later_night_is_told_by_the_windows_before_it_alone(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=3, shift=SHIFTED)
    for week in (2, 0):
        assert watch.night(END + days(7 * week)).pages == ()
    late = watch.night(END + days(7))
    assert (run_of(watch, late).outcomes["psi:distance"], late.pages, levels(watch)) == (
        *("page", (), {"psi:distance": "warning"}),
    )
    assert len(watch.night(END + days(14)).pages) == 1, "the newest week, watched again, has both before it"


def test_an_alert_ends_when_its_figure_is_quiet_again(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=1, shift=SHIFTED)
    watch.log(DAY + days(7), weeks=1)
    for week in range(2):
        watch.night(END + days(7 * week))
    assert (levels(watch), alerts(watch)["psi:distance"].reason) == ({}, "quiet again")


def test_a_snoozed_page_tells_nobody_again(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=3, shift=SHIFTED)
    for week in range(2):
        watch.night(END + days(7 * week))
    until = midnight(END + days(60))
    alert = alerts(watch)["psi:distance"]
    watch.world.now = midnight(END + days(12))
    watch.world.do(AnswerAlert(key=alert.key, answer="snooze", reason="a new timetable", until=until), by="otto")
    watch.night(END + days(14))
    assert alerts(watch)["psi:distance"].state == "snoozed"
    assert len(Outbox(watch.world.home.outbox).notices()) == 1


def test_consumers_are_noted_as_they_were_seen(watch: WatchedModel) -> None:
    watch.log(DAY)
    watch.night(END)
    seen = {one.system: (one.rows_seen, one.declared) for one in watch.world.find(Consumer)}
    assert seen == {"desk": (1_575, False), "gates": (525, False)}


def rewrite(file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.read_table(file)), file)


SPOILT: dict[str, tuple[Callable[[Path], object], str, int]] = {
    "a day is missing": (lambda file: file.unlink(), "missing partition", 1_800),
    "a file is cut short": (lambda file: file.write_bytes(file.read_bytes()[:-40]), "broken partition", 1_800),
    "the score is gone": (lambda file: rewrite(file, lambda t: t.drop_columns("score")), "schema change", 1_800),
    "a feature is gone": (lambda file: rewrite(file, lambda t: t.drop_columns("temp")), "schema change", 2_100),
    "a feature is text now": (
        lambda file: rewrite(file, lambda t: t.set_column(3, "distance", pa.array(["far"] * len(t)))),
        "schema change",
        2_100,
    ),
    "a feature is empty": (
        lambda file: rewrite(file, lambda t: t.set_column(3, "distance", pa.nulls(len(t), pa.float64()))),
        "null surge:distance",
        2_100,
    ),
    "a feature comes in another unit": (
        lambda file: rewrite(file, lambda t: t.set_column(3, "distance", pa.array(t["distance"].to_numpy() * 0.3048))),
        "unit change:distance",
        2_100,
    ),
    "a score is NaN": (
        lambda file: rewrite(
            file, lambda t: t.set_column(6, "score", pa.array([float("nan"), *t["score"].to_pylist()[1:]]))
        ),
        "invalid scores:score",
        2_100,
    ),
    "ids repeat": (
        lambda file: rewrite(file, lambda t: pa.concat_tables([t.slice(0, 299), t.slice(0, 1)])),
        "broken partition",
        2_100,
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_day_pages_at_once_with_its_name_and_the_rest_is_measured(watch: WatchedModel, case: str) -> None:
    spoil, about, rows = SPOILT[case]
    watch.log(DAY)
    spoil(watch.predictions / "date=2013-04-03" / "part-0.parquet")
    watched = watch.night(END)
    assert [watch.world.get(Alert, one).about for one in watched.pages] == [about]
    assert "2013-04-03" in alerts(watch)[about].text
    assert alerts(watch)[about].version is None
    assert run_of(watch, watched).rows == rows
    watch.log_day(DAY + days(2), {})
    assert watch.night(END).pages == ()


def test_flawed_labels_are_a_warning_and_broken_ones_page(watch: WatchedModel) -> None:
    watch.log(DAY)
    known = DAY + days(2)
    orphan = {"prediction_id": ["nobody"], "label": [1.0], "labelled_at": [midnight(known)]}
    at = pa.timestamp("us", tz="UTC")
    table = pa.table({name: pa.array(one, at if name == "labelled_at" else None) for name, one in orphan.items()})
    write_partition(watch.labels, known, table, "late")
    watch.night(END)
    assert levels(watch) == {"labels:labels without prediction": "warning"}
    assert watch.world.find(Incident) == []
    (watch.labels / "date=2013-04-03" / "late.parquet").write_bytes(b"spoilt")
    watch.night(END)
    assert levels(watch) == {"broken partition:labels": "page"}


def test_a_new_champion_starts_with_no_history_and_the_alert_of_the_former_goes_on(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=1, shift=SHIFTED)
    watch.night(END)
    world = watch.world
    world.now = midnight(END) + timedelta(hours=20)
    second = world.version(reference_digest=world.get(Version, watch.version).reference_digest)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    watch.log(END + days(1), weeks=1, shift=SHIFTED, version="2")
    watched = watch.night(END + days(7))
    assert (watched.pages, run_of(watch, watched).versions) == ((), (second,))
    assert run_of(watch, watched).outcomes["psi:distance"] == "watch"


def test_a_window_watched_again_is_held_against_what_was_so_when_it_ended(watch: WatchedModel) -> None:
    watch.log(DAY, weeks=1, shift=SHIFTED)
    before = run_of(watch, watch.night(END))
    world = watch.world
    world.now = midnight(END + days(4)) + timedelta(hours=20)
    second = world.version(reference_digest=world.get(Version, watch.version).reference_digest)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    wider = {"statistic": "psi", "column": "distance", "margin": 9.0}
    world.do(RecordMonitoringPlan(model=MODEL, rules=(wider,), rationale="wider"))
    assert run_of(watch, watch.night(END)) == before
    watch.log_day(DAY, SHIFTED, rows=200)
    again = run_of(watch, watch.night(END))
    assert (again.rev, again.versions, again.plan, again.rows) == (2, before.versions, before.plan, 2_000)
    assert again.outcomes == before.outcomes


def test_rows_of_another_version_count_for_nothing_but_its_consumers(watch: WatchedModel) -> None:
    watch.log(DAY, version="7", shift=SHIFTED)
    run = run_of(watch, watch.night(END))
    assert (run.rows, run.outcomes["psi:distance"]) == (0, "cannot say")
    assert len(watch.world.find(Consumer)) == 2


def test_a_plan_that_cannot_be_read_fails_this_model_and_somebody_is_told(world: World) -> None:
    watch = watched_model(world, [{"statistic": "psi", "column": "distance", "limit": 0.2}])
    watched = watch.night(END)
    assert watched.state == "failed"
    assert "watch rule 1: margin" in watched.why
    (notice,) = Outbox(world.home.outbox).notices()
    assert "was not watched" in notice.title
    assert world.find(MonitoringRun) == []


def test_a_folder_that_names_no_day_fails_this_model(watch: WatchedModel) -> None:
    (watch.predictions / "date=april").mkdir(parents=True)
    watched = watch.night(END)
    assert (watched.state, "does not name a day" in watched.why) == ("failed", True)


def test_a_model_without_a_champion_is_not_watched_and_that_is_said(world: World) -> None:
    world.version()
    watched = WatchedModel(world, "").night(END)
    assert (watched.model, watched.state, watched.why) == (MODEL, "not watched", "nothing serves in production")


def test_a_version_without_a_reference_cannot_say_how_its_inputs_moved(world: World) -> None:
    watch = watched_model(world, with_reference=False)
    watch.log(DAY)
    run = run_of(watch, watch.night(END))
    assert (run.outcomes["psi:distance"], run.outcomes["calibration:score"]) == ("cannot say", "quiet")
