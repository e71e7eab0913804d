"""What pages, and what could not be watched, is told to somebody for every model, whatever is wrong with one."""

from __future__ import annotations

import os

import pytest

from data.errors import PublishError
from data.notices.outbox import Notice, Outbox
from data.records.model import Model
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.model import RegisterModel
from tasks.monitor import write_alerts as alerting
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.record_windows import NightOutcome, record_night
from tasks.monitor.watch_models import ModelResult, watch_models
from tests.prediction_logs import DAY, days, midnight
from tests.watched_model import RULES, watched_model
from tests.world import MODEL, World

END = DAY + days(6)
NIGHT = midnight(END + days(4))
MODELS = ("models/ops/first", "models/ops/second", "models/ops/third")


@pytest.fixture
def models(world: World) -> tuple[str, ...]:
    for model in MODELS:
        world.model(model, alert_route="oncall")
    return MODELS


def route_to(world: World, model: str, route: str) -> None:
    command = RegisterModel.of(world.get(Model, model))
    world.do(command.model_copy(update={"alert_route": route}))


def record(nights: list[ModelResult]) -> list[NightOutcome]:
    return record_night(nights, RunContext(Actor(id="modelward", auth="service"), NIGHT, "run-1"))


def failed(why: str = "its log is gone") -> list[ModelResult]:
    return [ModelResult(one, unwatched=why, failed=True) for one in MODELS]


def notices(world: World) -> list[Notice]:
    return Outbox(world.home.outbox).notices()


def told_of(world: World) -> list[str]:
    return sorted(one.about for one in notices(world))


@pytest.mark.usefixtures("models")
def test_a_route_of_any_length_is_told_whole_and_keeps_nobody_from_hearing(world: World) -> None:
    route = "fleet-oncall@example.org, " * 150
    route_to(world, MODELS[1], route)
    record(failed())
    assert told_of(world) == list(MODELS)
    by_model = {one.about: one for one in notices(world)}
    assert by_model[MODELS[1]].to == f"{route[:319]}…"
    assert route.strip() in by_model[MODELS[1]].text
    assert "route" not in by_model[MODELS[0]].text


def test_a_page_under_a_long_route_is_told(world: World) -> None:
    watch = watched_model(world, [{**RULES[0], "severe": 0.2}])
    route_to(world, MODEL, "x" * 4_000)
    watch.log(DAY, shift={"distance": 1.0})
    (page,) = watch.night(END).pages
    assert told_of(world) == [page]


def test_a_folder_whose_name_is_no_text_fails_one_model_which_is_told_by_a_name(world: World) -> None:
    watch = watched_model(world)
    watch.predictions.mkdir(parents=True)
    (watch.predictions / os.fsdecode(b"date=\xff")).mkdir()
    (night,) = watch_models.fn(find_monitored_models.fn([MODEL], END), END, NIGHT)
    assert "date=\\udcff does not name a day" in night.unwatched
    record([night])
    (notice,) = notices(world)
    assert "date=\\udcff does not name a day" in notice.text


@pytest.mark.usefixtures("models")
def test_a_fault_of_our_own_in_one_notice_is_told_when_the_others_are_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = alerting._unwatched

    def breaking(known: Model, model: str, *more: object) -> Notice:
        if model == MODELS[0]:
            raise ZeroDivisionError("a fault of our own")
        return write(known, model, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(alerting, "_unwatched", breaking)
        with pytest.raises(PublishError) as raised:
            record(failed())
    assert "1 of 3 notices could not be written, on ops/first for one: ZeroDivisionError" in raised.value.what
    assert told_of(world) == list(MODELS[1:])
    record(failed())
    assert told_of(world) == list(MODELS)


@pytest.mark.usefixtures("models")
def test_an_outbox_that_cannot_be_written_is_told(world: World) -> None:
    world.home.outbox.write_text("a file")
    with pytest.raises(PublishError, match="3 of 3 notices could not be written"):
        record(failed())
