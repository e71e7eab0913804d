"""Monitoring of one model from its logs to the registry: what pages, what is shown, what is a fault."""

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
from data.records.monitoring import Alert, Incident, MonitoringRun, NightOutcome
from data.records.version import Version
from data.registry.commands.model import RecordMonitoringPlan
from data.registry.commands.monitoring import AnswerAlert
from tests.monitored_model import RULES, ServingModel, deploy_monitored_model
from tests.operations import deploy
from tests.prediction_logs import DAY, days, midnight, write_partition
from tests.world import MODEL, World

END = DAY + days(6)
SHIFTED = {"distance": 1.0, "temp": 1.0}


def alerts(monitored: ServingModel) -> dict[str, Alert]:
    return {one.about: one for one in monitored.world.find(Alert)}


def levels(monitored: ServingModel) -> dict[str, str]:
    return {one.about: one.level for one in monitored.world.find(Alert) if one.state != "ended"}


def run_of(monitored: ServingModel, watched: NightOutcome) -> MonitoringRun:
    return monitored.world.get(MonitoringRun, watched.run)


def test_an_unshifted_week_is_recorded_without_an_alert(monitored: ServingModel) -> None:
    monitored.log(DAY)
    watched = monitored.monitor(END)
    run = run_of(monitored, watched)
    assert (watched.state, watched.pages, watched.warnings, watched.faults) == ("recorded", (), (), 0)
    assert (run.from_date, run.to_date, run.rows, run.labelled) == ("2013-04-01", "2013-04-07", 2_100, 2_100)
    assert (run.versions, len(run.partitions)) == ((monitored.version,), 7)
    assert set(run.outcomes.values()) == {"quiet"}
    assert run.headline["coverage"] == 1.0
    assert levels(monitored) == {}


def test_a_shift_pages_in_the_second_week_and_a_seasonal_shift_never(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=3, shift=SHIFTED)
    seen = [monitored.monitor(END + days(7 * week)) for week in range(3)]
    assert [(len(one.pages), len(one.warnings)) for one in seen] == [(0, 1), (1, 0), (1, 0)]
    assert levels(monitored) == {"psi:distance": "page"}
    runs = [run_of(monitored, one) for one in seen]
    assert [one.outcomes["psi:distance"] for one in runs] == ["watch", "page", "page"]
    assert {one.outcomes["psi:temp"] for one in runs} == {"seasonal: not paged"}
    assert all((one.headline["psi:temp"] or 0) > 0.5 for one in runs)


def test_measurements_are_stored_by_digest(monitored: ServingModel) -> None:
    monitored.log(DAY, shift=SHIFTED)
    run = run_of(monitored, monitored.monitor(END))
    kept = from_bytes(monitored.world.artifacts.read(run.measurements_digest))
    batch = {one.rule or one.measurement.statistic: one for one in kept}
    assert (batch["psi:distance"].outcome, batch["psi:temp"].outcome) == ("watch", "seasonal: not paged")
    assert batch["psi:distance"].measurement.value == run.headline["psi:distance"]
    assert {one.version for one in batch.values()} == {monitored.version}
    assert (batch["auc"].first_day, batch["auc"].last_day) == ("2013-04-01", "2013-04-07")


def test_overlapping_windows_do_not_add_up_to_a_page(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=2, shift=SHIFTED)
    for offset in range(5):
        assert monitored.monitor(END + days(offset)).pages == ()
    assert alerts(monitored)["psi:distance"].times == 5
    assert len(monitored.monitor(END + days(7)).pages) == 1


def test_a_severe_shift_pages_at_once_and_notifies_the_route(monitored: ServingModel) -> None:
    world = monitored.world
    monitored.replace_rules([{**RULES[0], "severe": 0.2}, *RULES[1:]])
    monitored.log(DAY, shift=SHIFTED)
    (page,) = monitored.monitor(END).pages
    alert = world.get(Alert, page)
    assert (alert.severe, alert.version, alert.threshold) == (True, monitored.version, 0.2)
    (incident,) = world.find(Incident)
    assert (incident.alerts, incident.blocking) == ((page,), True)
    (notice,) = Outbox(world.home.outbox).notices()
    assert (notice.to, notice.about) == ("delay-oncall", page)
    assert notice.title.startswith("ops/delay: alert of level page about “psi:distance”, window ending ")
    assert "Severe: “psi of distance is" in notice.text
    assert re.search("Runbook: “[^”]*runbooks/delay.md”", notice.text)


def test_shifted_labels_are_found_in_the_week_with_mature_labels(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=2, shift={"label": 0.9})
    early = run_of(monitored, monitored.monitor(END, at=midnight(END + days(1))))
    assert (early.headline["coverage"] or 0) == 1.0
    assert early.labelled == 4 * 300
    late = run_of(monitored, monitored.monitor(END + days(7)))
    assert late.outcomes["calibration:score"] in ("watch", "page")
    assert (late.headline["calibration"] or 1) < 0.7


def test_without_labels_performance_cannot_say(monitored: ServingModel) -> None:
    monitored.log(DAY, labels_after=None)
    run = run_of(monitored, monitored.monitor(END))
    assert (run.outcomes["calibration:score"], run.labelled) == ("cannot say", 0)
    assert (run.headline["auc"], run.headline["coverage"]) == (None, 0.0)


def test_an_empty_window_cannot_say_and_its_missing_days_page(monitored: ServingModel) -> None:
    watched = monitored.monitor(END)
    assert run_of(monitored, watched).outcomes["psi:distance"] == "cannot say"
    (page,) = watched.pages
    assert "and 4 more" in monitored.world.get(Alert, page).text
    assert alerts(monitored)["missing partition"].version is None


def test_monitoring_the_same_window_again_records_nothing(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=2, shift=SHIFTED)
    for week in range(2):
        monitored.monitor(END + days(7 * week))
    events, notices = len(monitored.world.events()), len(Outbox(monitored.world.home.outbox).notices())
    again = monitored.monitor(END + days(7))
    assert again.state == "recorded"
    assert len(monitored.world.events()) == events
    assert len(Outbox(monitored.world.home.outbox).notices()) == notices == 1


def test_a_run_that_died_before_its_notice_writes_it_when_repeated(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=2, shift=SHIFTED)
    for week in range(2):
        monitored.monitor(END + days(7 * week))
    for notice in monitored.world.home.outbox.iterdir():
        notice.unlink()
    monitored.monitor(END + days(7))
    assert len(Outbox(monitored.world.home.outbox).notices()) == 1


def test_a_rewritten_day_revises_the_recorded_run(monitored: ServingModel) -> None:
    monitored.log(DAY)
    first = run_of(monitored, monitored.monitor(END))
    monitored.log_day(DAY, {}, rows=200)
    second = run_of(monitored, monitored.monitor(END))
    assert (first.rev, second.rev, second.rows) == (1, 2, 2_000)


def test_a_window_is_judged_by_earlier_windows_only(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=3, shift=SHIFTED)
    for week in (2, 0):
        assert monitored.monitor(END + days(7 * week)).pages == ()
    late = monitored.monitor(END + days(7))
    assert (run_of(monitored, late).outcomes["psi:distance"], late.pages, levels(monitored)) == (
        *("page", (), {"psi:distance": "warning"}),
    )
    assert len(monitored.monitor(END + days(14)).pages) == 1, "the newest week, watched again, has both before it"


def test_an_alert_ends_when_its_figure_is_quiet_again(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=1, shift=SHIFTED)
    monitored.log(DAY + days(7), weeks=1)
    for week in range(2):
        monitored.monitor(END + days(7 * week))
    assert (levels(monitored), alerts(monitored)["psi:distance"].reason) == ({}, "normal again")


def test_a_snoozed_alert_writes_no_second_notice(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=3, shift=SHIFTED)
    for week in range(2):
        monitored.monitor(END + days(7 * week))
    until = midnight(END + days(60))
    alert = alerts(monitored)["psi:distance"]
    monitored.world.now = midnight(END + days(12))
    monitored.world.do(AnswerAlert(key=alert.key, answer="snooze", reason="a new timetable", until=until), by="otto")
    monitored.monitor(END + days(14))
    assert alerts(monitored)["psi:distance"].state == "snoozed"
    assert len(Outbox(monitored.world.home.outbox).notices()) == 1


def test_seen_consumers_are_recorded(monitored: ServingModel) -> None:
    monitored.log(DAY)
    monitored.monitor(END)
    seen = {one.system: (one.rows_seen, one.declared) for one in monitored.world.find(Consumer)}
    assert seen == {"desk": (1_575, False), "gates": (525, False)}


def rewrite(file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.read_table(file)), file)


SPOILT: dict[str, tuple[Callable[[Path], object], str, int]] = {
    "a day is missing": (lambda file: file.unlink(), "missing partition", 1_800),
    "a file is cut short": (lambda file: file.write_bytes(file.read_bytes()[:-40]), "broken partition", 1_800),
    "the score is missing": (lambda file: rewrite(file, lambda t: t.drop_columns("score")), "schema change", 1_800),
    "a feature is missing": (lambda file: rewrite(file, lambda t: t.drop_columns("temp")), "schema change", 2_100),
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
def test_an_unreadable_day_pages_at_once_and_the_others_are_measured(monitored: ServingModel, case: str) -> None:
    spoil, about, rows = SPOILT[case]
    monitored.log(DAY)
    spoil(monitored.predictions / "date=2013-04-03" / "part-0.parquet")
    watched = monitored.monitor(END)
    assert [monitored.world.get(Alert, one).about for one in watched.pages] == [about]
    assert "2013-04-03" in alerts(monitored)[about].text
    assert alerts(monitored)[about].version is None
    assert run_of(monitored, watched).rows == rows
    monitored.log_day(DAY + days(2), {})
    assert monitored.monitor(END).pages == ()


def test_flawed_labels_warn_and_unreadable_labels_page(monitored: ServingModel) -> None:
    monitored.log(DAY)
    known = DAY + days(2)
    orphan = {"prediction_id": ["nobody"], "label": [1.0], "labelled_at": [midnight(known)]}
    at = pa.timestamp("us", tz="UTC")
    table = pa.table({name: pa.array(one, at if name == "labelled_at" else None) for name, one in orphan.items()})
    write_partition(monitored.labels, known, table, "late")
    monitored.monitor(END)
    assert levels(monitored) == {"labels:labels without prediction": "warning"}
    assert monitored.world.find(Incident) == []
    (monitored.labels / "date=2013-04-03" / "late.parquet").write_bytes(b"spoilt")
    monitored.monitor(END)
    assert levels(monitored) == {"broken partition:labels": "page"}


def test_a_new_champion_has_no_history_and_the_former_alert_stays_open(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=1, shift=SHIFTED)
    monitored.monitor(END)
    world = monitored.world
    world.now = midnight(END) + timedelta(hours=20)
    second = world.version(reference_digest=world.get(Version, monitored.version).reference_digest)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    monitored.log(END + days(1), weeks=1, shift=SHIFTED, version="2")
    watched = monitored.monitor(END + days(7))
    assert (watched.pages, run_of(monitored, watched).versions) == ((), (second,))
    assert run_of(monitored, watched).outcomes["psi:distance"] == "watch"


def test_a_repeated_window_uses_the_plan_and_champion_of_its_end(monitored: ServingModel) -> None:
    monitored.log(DAY, weeks=1, shift=SHIFTED)
    before = run_of(monitored, monitored.monitor(END))
    world = monitored.world
    world.now = midnight(END + days(4)) + timedelta(hours=20)
    second = world.version(reference_digest=world.get(Version, monitored.version).reference_digest)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    wider = {"statistic": "psi", "column": "distance", "margin": 9.0}
    world.do(RecordMonitoringPlan(model=MODEL, rules=(wider,), rationale="wider"))
    assert run_of(monitored, monitored.monitor(END)) == before
    monitored.log_day(DAY, SHIFTED, rows=200)
    again = run_of(monitored, monitored.monitor(END))
    assert (again.rev, again.versions, again.plan, again.rows) == (2, before.versions, before.plan, 2_000)
    assert again.outcomes == before.outcomes


def test_rows_of_another_version_count_only_for_consumers(monitored: ServingModel) -> None:
    monitored.log(DAY, version="7", shift=SHIFTED)
    run = run_of(monitored, monitored.monitor(END))
    assert (run.rows, run.outcomes["psi:distance"]) == (0, "cannot say")
    assert len(monitored.world.find(Consumer)) == 2


def test_an_unreadable_plan_fails_the_model_and_notifies(monitored: ServingModel) -> None:
    world = monitored.world
    monitored.replace_rules([{"statistic": "psi", "column": "distance", "limit": 0.2}])
    watched = monitored.monitor(END)
    assert watched.state == "failed"
    assert "watch rule 1: margin" in watched.why
    (notice,) = Outbox(world.home.outbox).notices()
    assert "was not monitored" in notice.title
    assert world.find(MonitoringRun) == []


def test_a_folder_without_a_day_in_its_name_fails_the_model(monitored: ServingModel) -> None:
    (monitored.predictions / "date=april").mkdir(parents=True)
    watched = monitored.monitor(END)
    assert (watched.state, "is not a day" in watched.why) == ("failed", True)


def test_a_model_without_a_champion_is_reported_as_not_watched(world: World) -> None:
    world.version()
    watched = ServingModel(world, "").monitor(END)
    assert (watched.model, watched.state, watched.why) == (MODEL, "not watched", "no version serves in production")


def test_without_a_reference_input_drift_cannot_say(world: World) -> None:
    monitored = deploy_monitored_model(world, with_reference=False)
    monitored.log(DAY)
    run = run_of(monitored, monitored.monitor(END))
    assert (run.outcomes["psi:distance"], run.outcomes["calibration:score"]) == ("cannot say", "quiet")
