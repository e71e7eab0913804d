"""A retirement opens on what is declared and what the logs show, with the notice that the standard asks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from data.errors import GateRefusedError
from data.notices.outbox import Outbox
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.retire.send_notices import send_notices
from tests.operations import prepared
from tests.retirement_fixtures import KEY, VERSION, Departing, departing
from tests.world import MODEL, Template

LEAVING = RetirementPlan(
    version=VERSION, reason="it aged", sunset_on=date(2013, 5, 1), outputs_in_force="rosters of June"
)


@pytest.fixture(scope="module")
def leaving(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("departing") / "home", departing)


@pytest.fixture
def model(leaving: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Departing:
    return Departing(leaving.copy(tmp_path / "home", monkeypatch))


def test_everybody_declared_and_everybody_seen_is_reached(model: Departing) -> None:
    row = open_retirement(LEAVING, model.run())
    assert (row.state, row.quiet_days) == ("opened", 14)
    assert sorted(model.systems()) == ["crew", "gates", "shadow-it"]
    assert (model.party("crew").last_seen_at, model.party("shadow-it").declared) == (None, False)
    assert model.party("gates").last_seen_at is not None
    impact = json.loads(model.world.artifacts.read(row.impact_digest or ""))
    assert {one["consumer"]: one["rows"] for one in impact["seen"]} == {"gates": 20, "shadow-it": 10}
    assert (impact["logs"]["days"], impact["logs"]["unreadable"]) == (3, [])


def test_a_day_that_cannot_be_read_is_named_in_the_assessment(model: Departing) -> None:
    next((model.world.home.logs(MODEL) / "date=2013-03-03").iterdir()).write_bytes(b"not Parquet")
    row = open_retirement(LEAVING, model.run())
    impact = json.loads(model.world.artifacts.read(row.impact_digest or ""))
    assert impact["logs"]["unreadable"] == ["2013-03-03"]
    assert sorted(model.systems()) == ["crew", "gates"]


def test_an_open_one_is_gone_on_with_whatever_is_said_now(model: Departing) -> None:
    first = open_retirement(LEAVING, model.run())
    again = open_retirement(LEAVING.model_copy(update={"sunset_on": date(2013, 3, 20)}), model.run(run_id="again"))
    assert again == first


def test_too_short_a_notice_is_refused_names_the_first_day_and_is_remembered(model: Departing) -> None:
    with pytest.raises(GateRefusedError, match="30 days' notice") as refused:
        open_retirement(LEAVING.model_copy(update={"sunset_on": date(2013, 4, 9)}), model.run())
    assert "name a sunset from 2013-04-11 on" in str(refused.value)
    assert model.world.events("command.refused")[-1]["data"]["attempted"] == "open retirement"
    assert model.systems() == []


def test_the_silent_are_reminded_each_week_and_the_owner_is_told_from_the_second_reminder_on(model: Departing) -> None:
    open_retirement(LEAVING, model.run())
    assert send_notices.fn(KEY, model.run()) == ["crew", "gates", "shadow-it"]
    assert send_notices.fn(KEY, model.run()) == []
    model.acknowledge("gates")
    for week in (1, 2):
        model.world.move(days=7)
        assert send_notices.fn(KEY, model.run()) == ["crew", "shadow-it"], week
    to = [(one.to, one.number) for one in Outbox(model.world.home.outbox).notices() if "crew" in one.title]
    assert to[:2] == [("crew@example.org", 1), ("crew@example.org", 2)]
    assert sorted(to[2:]) == [("crew@example.org", 3), ("olga", 3)]
    assert (model.party("crew").notices, model.party("gates").notices) == (3, 1)
