"""Monitoring runs: alerts open, continue, get worse and end; alerts of level page open one incident for a version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from data.errors import IllegalMoveError, InputError, ModelwardError, NotFoundError
from data.records.evidence import sha256_of
from data.records.model import Consumer
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.names import system_name
from data.registry.commands.deployment import ResolveIncident
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.monitoring import AnswerAlert, Deviation, RecordMonitoring, SeenConsumer
from data.registry.lifecycle import ALERT_ANSWERS, ALERT_MOVES
from data.registry.registry import Receipt
from data.registry.rules.monitoring import recorded
from tests.world import MODEL, World

V1, V2 = f"{MODEL}/versions/1", f"{MODEL}/versions/2"
ALERT = f"{MODEL}/alerts/1"


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The world with one monitored model, its registry held open."""
    with world.registry.store.session():
        world.model(alert_route="ops", runbook="docs/delay.md")
        yield world


def found(about: str = "psi distance", level: Any = "warning", **changes: Any) -> Deviation:
    """Return a deviation of version 1."""
    fields = {"version": V1, "text": f"{about} is over its limit", "value": 0.3, "threshold": 0.2}
    return Deviation(about=about, level=level, **{**fields, **changes})


def watch(world: World, *what: Deviation, day: int = 7, **changes: Any) -> Receipt:
    """Record the monitoring run over the week that ends on a day of April."""
    last = f"2013-04-{day:02}"
    fields: dict[str, Any] = {
        "model": MODEL,
        "plan": f"{MODEL}/monitoring-plans/1",
        "from_date": f"2013-04-{day - 6:02}",
        "to_date": last,
        "versions": (V1,),
        "rows": 900,
        "labelled": 850,
        "partitions": (f"date={last}",),
        "measurements_digest": sha256_of([last, [one.model_dump(mode="json") for one in what]]),
        "counts": {"passed": 3},
        "outcomes": {"psi distance": "failed"},
        "found": what,
    }
    return world.do(RecordMonitoring(**{**fields, **changes}), by="watch")


def answer(world: World, what: Any, key: str = ALERT, **fields: Any) -> Alert:
    """Answer an alert as otto; return the alert."""
    world.do(AnswerAlert(key=key, answer=what, **fields), by="otto")
    return world.get(Alert, key)


# -- the run


def test_a_monitoring_run_is_one_event(world: World) -> None:
    seen = SeenConsumer(system="gates", rows=9, last_seen_at=world.now)
    receipt = watch(world, found(level="page"), consumers=(seen,))
    assert [type(row).__name__ for row in receipt.rows] == ["MonitoringRun", "Alert", "Incident", "Consumer"]
    run = world.get(MonitoringRun, f"{MODEL}/monitoring/2013-04-07")
    assert (run.rows, run.labelled, run.ran_at, run.counts) == (900, 850, world.now, {"passed": 3})
    event = world.events("monitoring.recorded")[0]
    assert event["refs"]["evidence"] == [run.measurements_digest]
    assert event["data"] == {"opened": [ALERT], "went_on": [], "ended": [], "incidents": [f"{MODEL}/incidents/1"]}


def test_equal_measurements_of_a_window_are_recorded_once(world: World) -> None:
    first = watch(world, found())
    again = watch(world, found())
    assert (again.seq, again.rows) == (first.seq, first.rows[:1])
    assert world.get(Alert, ALERT).times == 1


def test_other_measurements_of_a_window_revise_it_and_alerts_count_it_once(world: World) -> None:
    watch(world, found())
    receipt = watch(world, found(value=0.4), measurements_digest=sha256_of("labels came late"))
    run = world.get(MonitoringRun, f"{MODEL}/monitoring/2013-04-07")
    assert (run.rev, run.measurements_digest) == (2, sha256_of("labels came late"))
    assert (world.get(Alert, ALERT).times, world.get(Alert, ALERT).value) == (1, 0.4)
    with world.registry.reading() as state:
        assert recorded(state, MODEL, "2013-04-07", run.measurements_digest) == receipt.rows[0]
        assert recorded(state, MODEL, "2013-04-07", "other") is None
        assert recorded(state, MODEL, "2013-04-14", run.measurements_digest) is None


BAD: dict[str, tuple[dict[str, Any], type[ModelwardError], str]] = {
    "an unknown model": ({"model": "models/ops/none"}, NotFoundError, "no model"),
    "an unknown plan": ({"plan": f"{MODEL}/monitoring-plans/9"}, NotFoundError, "no monitoring plan"),
    "a plan of another model": ({"plan": "models/ops/other/monitoring-plans/1"}, InputError, "is not one of"),
    "a day that does not exist": ({"to_date": "2013-04-31"}, InputError, "does not consist of two dates"),
    "a day with a slash": ({"from_date": "../2013"}, InputError, "does not consist of two dates"),
    "an end in another form": (
        {"to_date": "20130407"},
        InputError,
        "the end of the window, 20130407, is not in the form",
    ),
    "a start in another form": ({"from_date": "20130401"}, InputError, "the start of the window, 20130401, is not in"),
    "a window that ends before it begins": ({"from_date": "2013-04-08"}, InputError, "before it begins"),
    "the same deviation twice": (
        {"found": (found(), found(value=0.4))},
        InputError,
        "two deviations about the same thing",
    ),
}


@pytest.mark.parametrize("changes, error, message", BAD.values(), ids=BAD.keys())
def test_a_monitoring_run_is_refused_with(
    changes: dict[str, Any], error: type[ModelwardError], message: str, world: World
) -> None:
    world.model("models/ops/other")
    with pytest.raises(error, match=message):
        watch(world, **changes)
    assert world.find(MonitoringRun) == []


# -- alerts


def test_an_alert_has_route_and_runbook_of_the_model(world: World) -> None:
    watch(world, found())
    row = world.get(Alert, ALERT)
    assert (row.route, row.runbook, row.version, row.level, row.state) == (
        "ops",
        "docs/delay.md",
        V1,
        "warning",
        "open",
    )
    assert (row.first_window, row.last_window, row.times) == ("2013-04-07", "2013-04-07", 1)


def test_a_further_deviation_updates_the_open_alert(world: World) -> None:
    watch(world, found())
    watch(world, found(value=0.5), day=14)
    (row,) = world.find(Alert)
    assert (row.times, row.first_window, row.last_window, row.value) == (2, "2013-04-07", "2013-04-14", 0.5)


def test_a_warning_becomes_a_page_and_a_page_stays_one(world: World) -> None:
    watch(world, found())
    watch(world, found(level="page"), day=14)
    watch(world, found(level="warning"), day=21)
    (row,) = world.find(Alert)
    assert (row.level, row.times) == ("page", 3)


def test_an_alert_ends_when_normal_and_a_later_deviation_opens_another(world: World) -> None:
    watch(world, found(), found("ks score"))
    watch(world, day=14, quiet=("psi distance", "nothing known"))
    assert [one.state for one in world.find(Alert)] == ["ended", "open"]
    assert world.get(Alert, ALERT).reason == "normal again"
    watch(world, found(), day=21)
    assert [(one.number, one.state) for one in world.find(Alert)] == [(1, "ended"), (2, "open"), (3, "open")]


def test_an_older_window_does_not_end_an_alert_of_a_later_one(world: World) -> None:
    watch(world, found(), day=14)
    watch(world, day=7, quiet=("psi distance",))
    watch(world, found(version=V2), day=7)
    assert world.get(Alert, ALERT).state == "open"


LATE: dict[str, tuple[Deviation, ...]] = {
    "the same deviation": (found(value=0.9, text="as it was"),),
    "the same deviation as a page": (found(level="page", severe=True),),
    "a deviation that the later window did not find": (found(value=0.5), found("ks score", "page")),
    "nothing": (),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_an_older_window_does_not_change_alerts_of_a_later_one(late: tuple[Deviation, ...], world: World) -> None:
    watch(world, found(), day=7)
    watch(world, found(value=0.5), day=14)
    before = world.find(Alert)
    for number in range(3):
        watch(world, *late, day=7, measurements_digest=sha256_of(["again", number]))
    assert world.find(Alert) == before
    assert (before[0].times, before[0].value, before[0].last_window) == (2, 0.5, "2013-04-14")
    assert world.find(Incident) == []
    assert world.get(MonitoringRun, f"{MODEL}/monitoring/2013-04-07").rev == 4


def test_an_older_window_does_not_open_an_ended_alert_again(world: World) -> None:
    watch(world, found(level="page"), day=7)
    watch(world, day=14, quiet=("psi distance",))
    watch(world, found(level="page", value=0.9), day=7, measurements_digest=sha256_of("again"))
    assert [one.state for one in world.find(Alert)] == ["ended"]


def test_an_older_window_updates_an_alert_that_no_later_window_found(world: World) -> None:
    watch(world, found(), day=7)
    watch(world, day=14)
    watch(world, found(value=0.7), day=7, measurements_digest=sha256_of("once more"))
    assert (world.get(Alert, ALERT).value, world.get(Alert, ALERT).times) == (0.7, 1)
    watch(world, day=7, quiet=("psi distance",), measurements_digest=sha256_of("a day was written again"))
    assert world.get(Alert, ALERT).state == "ended"


def test_a_deviation_is_not_ended_by_the_quiet_list(world: World) -> None:
    watch(world, found())
    watch(world, found(), day=14, quiet=("psi distance",))
    assert world.get(Alert, ALERT).state == "open"


def test_two_versions_have_separate_alerts_about_the_same_thing(world: World) -> None:
    watch(world, found(), found(version=V2))
    assert [(one.version, one.state) for one in world.find(Alert)] == [(V1, "open"), (V2, "open")]


def test_an_alert_ends_when_only_another_version_deviates(world: World) -> None:
    watch(world, found())
    watch(world, found(version=V2), day=14)
    assert [(one.version, one.state) for one in world.find(Alert)] == [(V1, "ended"), (V2, "open")]
    assert world.get(Alert, ALERT).reason == "continues on another version"


STAYS = {
    "acknowledged": ("acknowledge", {}),
    "snoozed": ("snooze", {"reason": "known works"}),
    "dismissed": ("dismiss", {"reason": "a holiday"}),
    "confirmed": ("confirm", {}),
}
WORSE: dict[str, tuple[Deviation, bool]] = {
    "the same deviation does not open it": (found(value=0.9), False),
    "a page opens it": (found(level="page"), True),
    "a severe deviation opens it": (found(severe=True), True),
}


@pytest.mark.parametrize("next_week, opens", WORSE.values(), ids=WORSE.keys())
@pytest.mark.parametrize("state", STAYS)
def test_an_answered_alert_opens_only_when_it_gets_worse(
    state: str, next_week: Deviation, opens: bool, world: World
) -> None:
    watch(world, found())
    what, fields = STAYS[state]
    until = {"until": world.now + timedelta(days=30)} if what == "snooze" else {}
    answer(world, what, **fields, **until)
    watch(world, next_week, day=14)
    row = world.get(Alert, ALERT)
    assert (row.state, row.times) == ("open" if opens else state, 2)
    assert opens == (row.state == "open")


def test_a_page_that_was_answered_opens_no_second_incident(world: World) -> None:
    watch(world, found(level="page"))
    answer(world, "acknowledge")
    watch(world, found(level="page"), day=14)
    (row,) = world.find(Incident)
    assert (row.state, row.rev) == ("acknowledged", 2)


def test_a_snoozed_alert_opens_after_its_snooze(world: World) -> None:
    watch(world, found())
    answer(world, "snooze", reason="known works", until=world.now + timedelta(days=3))
    world.move(days=7)
    watch(world, found(), day=14)
    row = world.get(Alert, ALERT)
    assert (row.state, row.snoozed_until) == ("open", None)


# -- answers


@pytest.mark.parametrize("what", ALERT_ANSWERS)
@pytest.mark.parametrize("now", ALERT_MOVES)
@pytest.mark.usefixtures("rows_unchecked")
def test_an_illegal_answer_to_an_alert_is_refused(now: str, what: str, world: World) -> None:
    watch(world, found())
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE alert SET state = ?", [now])
    fields: dict[str, Any] = {"until": world.now + timedelta(days=1)} if what == "snooze" else {}
    if ALERT_ANSWERS[what] in ALERT_MOVES[now]:  # type: ignore[index]
        row = answer(world, what, reason="because", **fields)
        assert (row.state, row.changed_by, row.reason) == (ALERT_ANSWERS[what], "otto", "because")
    else:
        with pytest.raises(IllegalMoveError, match=f"is {now}; it cannot become"):
            answer(world, what, reason="because", **fields)


LACKING: dict[str, tuple[str, dict[str, Any], str]] = {
    "a snooze without a reason": ("snooze", {"until": 1}, "a reason is needed"),
    "a snooze without an end": ("snooze", {"reason": "works"}, "must be in the future"),
    "a snooze that is over": ("snooze", {"reason": "works", "until": 0}, "must be in the future"),
    "a dismissal without a reason": ("dismiss", {"reason": "  "}, "a reason is needed"),
    "an acknowledgement with an end": ("acknowledge", {"until": 1}, "takes no end"),
}


@pytest.mark.parametrize("what, fields, message", LACKING.values(), ids=LACKING.keys())
def test_an_answer_is_refused_that_is(what: str, fields: dict[str, Any], message: str, world: World) -> None:
    watch(world, found())
    if "until" in fields:
        fields = {**fields, "until": world.now + timedelta(days=fields["until"])}
    with pytest.raises(InputError, match=message):
        answer(world, what, **fields)


# -- incidents


def test_pages_on_a_version_share_one_incident_and_warnings_open_none(world: World) -> None:
    watch(world, found("a", "page"), found("b", "page"), found("c"), found("a", "page", version=V2))
    rows = world.find(Incident)
    assert [(one.version, one.alerts) for one in rows] == [
        (V1, (ALERT, f"{MODEL}/alerts/2")),
        (V2, (f"{MODEL}/alerts/4",)),
    ]
    assert [one.blocking for one in rows] == [False, False]


def test_a_later_page_joins_the_open_incident(world: World) -> None:
    watch(world, found("a", "page"))
    watch(world, found("a", "page"), found("b", "page"), day=14)
    (row,) = world.find(Incident)
    assert (row.rev, row.alerts) == (2, (ALERT, f"{MODEL}/alerts/2"))


def test_a_continuing_page_does_not_change_its_incident(world: World) -> None:
    watch(world, found("a", "page"))
    watch(world, found("a", "page"), day=14)
    assert world.find(Incident)[0].rev == 1


def test_a_severe_page_makes_the_incident_block_the_version(world: World) -> None:
    watch(world, found("a", "page"))
    watch(world, found("a", "page", severe=True), day=14)
    (row,) = world.find(Incident)
    assert (row.blocking, row.alerts) == (True, (ALERT,))


def test_a_page_after_the_resolution_opens_another_incident(world: World) -> None:
    watch(world, found("a", "page"))
    world.do(ResolveIncident(key=f"{MODEL}/incidents/1", resolution="sensor replaced"), by="otto")
    watch(world, found("a", "page"), day=14)
    assert [one.state for one in world.find(Incident)] == ["resolved", "open"]


def test_an_incident_is_resolved_when_all_its_alerts_are_dismissed(world: World) -> None:
    watch(world, found("a", "page"), found("b", "page"))
    answer(world, "dismiss", reason="a holiday")
    assert world.find(Incident)[0].state == "open"
    answer(world, "dismiss", f"{MODEL}/alerts/2", reason="a holiday")
    row = world.find(Incident)[0]
    assert (row.state, row.resolved_by, row.resolution) == ("resolved", "otto", "every alert was dismissed as false")


def test_a_blocking_incident_is_not_resolved_by_dismissed_alerts(world: World) -> None:
    watch(world, found("a", "page", severe=True))
    answer(world, "dismiss", reason="inconvenient")
    assert world.find(Incident)[0].state == "open"


def test_a_snooze_leaves_the_incident_open(world: World) -> None:
    watch(world, found("a", "page"))
    answer(world, "snooze", reason="tonight", until=world.now + timedelta(days=1))
    assert world.find(Incident)[0].state == "open"


# -- consumers


def test_an_unknown_consumer_is_recorded_as_undeclared(world: World) -> None:
    watch(world, consumers=(SeenConsumer(system="shadow-it", rows=12, last_seen_at=world.now),))
    row = world.get(Consumer, f"{MODEL}/consumers/shadow-it")
    assert (row.declared, row.rows_seen, row.first_seen_at, row.last_seen_at) == (False, 12, world.now, world.now)


def test_rows_of_names_of_the_same_system_are_added_up(world: World) -> None:
    earlier, later = world.now, world.now + timedelta(hours=3)
    logged = {"": (900, later), " ": (3, earlier), "unattributed": (1, earlier), "gates": (5, earlier)}
    seen = tuple(SeenConsumer(system=name, rows=rows, last_seen_at=at) for name, (rows, at) in logged.items())
    watch(world, consumers=seen)
    found = {one.system: (one.rows_seen, one.last_seen_at) for one in world.find(Consumer)}
    assert found == {"unattributed": (904, later), "gates": (5, earlier)}


def test_an_observed_consumer_keeps_declaration_and_first_time(world: World) -> None:
    world.do(DeclareConsumer(model=MODEL, system="gates", owner="gil", contact="gil@example.org", cadence_days=7))
    first = world.now
    watch(world, consumers=(SeenConsumer(system="gates", rows=12, last_seen_at=first),))
    second = world.move(days=7)
    watch(world, day=14, consumers=(SeenConsumer(system="gates", rows=7, last_seen_at=second),))
    row = world.get(Consumer, f"{MODEL}/consumers/gates")
    assert (row.declared, row.owner, row.cadence_days) == (True, "gil", 7)
    assert (row.first_seen_at, row.last_seen_at, row.rows_seen) == (first, second, 7)


def test_an_older_window_does_not_change_the_last_time_of_a_consumer(world: World) -> None:
    watch(world, day=14, consumers=(SeenConsumer(system="gates", rows=12, last_seen_at=world.now),))
    earlier = SeenConsumer(system="gates", rows=99, last_seen_at=world.now - timedelta(days=7))
    watch(world, day=7, consumers=(earlier,))
    assert world.get(Consumer, f"{MODEL}/consumers/gates").rows_seen == 12


@pytest.mark.parametrize("logged", ["", "  ", "Booking UI", "../../etc", "a'b", "x" * 500])
def test_a_malformed_system_name_is_replaced_by_a_stable_one(logged: str, world: World) -> None:
    watch(world, consumers=(SeenConsumer(system=logged, rows=1, last_seen_at=world.now),))
    (row,) = world.find(Consumer)
    assert row.system == system_name(logged) == system_name(row.system)
    assert (row.system == "unattributed") == (not logged.strip())
