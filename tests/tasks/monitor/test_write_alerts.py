"""A notice is written about each page and each unmonitored model, whatever is wrong with another notice."""

from __future__ import annotations

import os

import pytest

from data.errors import PublishError
from data.notices.outbox import Notice, Outbox
from data.records.model import Model
from data.records.monitoring import NightOutcome
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.model import RegisterModel
from tasks.monitor import write_alerts as alerting
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.monitor_chunk import ModelResult, monitor_chunk
from tasks.monitor.record_windows import record_night
from tests.monitored_model import RULES, deploy_monitored_model
from tests.prediction_logs import DAY, days, midnight
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
    return [ModelResult(one, reason=why, failed=True) for one in MODELS]


def notices(world: World) -> list[Notice]:
    return Outbox(world.home.outbox).notices()


def notified_about(world: World) -> list[str]:
    return sorted(one.about for one in notices(world))


@pytest.mark.usefixtures("models")
def test_a_long_route_is_in_the_text_and_stops_no_other_notice(world: World) -> None:
    route = "fleet-oncall@example.org, " * 150
    route_to(world, MODELS[1], route)
    record(failed())
    assert notified_about(world) == list(MODELS)
    by_model = {one.about: one for one in notices(world)}
    assert by_model[MODELS[1]].to == f"{route[:319]}…"
    assert route.strip() in by_model[MODELS[1]].text
    assert "route" not in by_model[MODELS[0]].text


def test_a_page_with_a_long_route_is_written(world: World) -> None:
    monitored = deploy_monitored_model(world, [{**RULES[0], "severe": 0.2}])
    route_to(world, MODEL, "x" * 4_000)
    monitored.log(DAY, shift={"distance": 1.0})
    (page,) = monitored.monitor(END).pages
    assert notified_about(world) == [page]


def test_an_undecodable_folder_name_fails_one_model_with_a_notice(world: World) -> None:
    monitored = deploy_monitored_model(world)
    monitored.predictions.mkdir(parents=True)
    (monitored.predictions / os.fsdecode(b"date=\xff")).mkdir()
    (night,) = monitor_chunk.fn(find_monitored_models.fn([MODEL], END), END, NIGHT)
    assert "date=\\udcff is not a day" in night.reason
    record([night])
    (notice,) = notices(world)
    assert "date=\\udcff is not a day" in notice.text


@pytest.mark.usefixtures("models")
def test_an_internal_error_in_one_notice_is_raised_after_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = alerting._unmonitored

    def breaking(known: Model, model: str, *more: object) -> Notice:
        if model == MODELS[0]:
            raise ZeroDivisionError("a fault of our own")
        return write(known, model, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(alerting, "_unmonitored", breaking)
        with pytest.raises(PublishError) as raised:
            record(failed())
    assert "1 of 3 notices could not be written; the first is about ops/first: ZeroDivisionError" in raised.value.what
    assert notified_about(world) == list(MODELS[1:])
    record(failed())
    assert notified_about(world) == list(MODELS)


@pytest.mark.usefixtures("models")
def test_an_unwritable_outbox_raises_a_publish_error(world: World) -> None:
    world.home.outbox.write_text("a file")
    with pytest.raises(PublishError, match="3 of 3 notices could not be written"):
        record(failed())
