"""A retirement opens with the declared and logged consumers and the notice that the standard requires."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.errors import GateRefusedError
from data.notices.outbox import Outbox
from data.records.retirement import RetirementParty
from data.records.version import ReviewState, Version
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.retire.send_notices import send_notices
from tasks.retire.withdraw_version import withdraw_unserved
from tests.operations import prepared
from tests.retirement_fixtures import KEY, VERSION, RetiringModel, model_to_retire
from tests.world import MODEL, Template

LEAVING = RetirementPlan(
    version=VERSION, reason="it aged", sunset_on=date(2013, 5, 1), outputs_in_force="rosters of June"
)


@pytest.fixture(scope="module")
def leaving(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("model_to_retire") / "home", model_to_retire)


@pytest.fixture
def model(leaving: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RetiringModel:
    return RetiringModel(leaving.copy(tmp_path / "home", monkeypatch))


def test_declared_and_seen_consumers_are_affected(model: RetiringModel) -> None:
    row = open_retirement(LEAVING, model.run())
    assert (row.state, row.quiet_days) == ("opened", 14)
    assert sorted(model.systems()) == ["crew", "gates", "shadow-it"]
    assert (model.party("crew").last_seen_at, model.party("shadow-it").declared) == (None, False)
    assert model.party("gates").last_seen_at is not None
    impact = json.loads(model.world.artifacts.read(row.impact_digest or ""))
    assert {one["consumer"]: one["rows"] for one in impact["seen"]} == {"gates": 20, "shadow-it": 10}
    assert (impact["logs"]["days"], impact["logs"]["unreadable"]) == (3, [])


def test_an_unreadable_day_is_listed_in_the_assessment(model: RetiringModel) -> None:
    next((model.world.home.logs(MODEL) / "date=2013-03-03").iterdir()).write_bytes(b"not Parquet")
    row = open_retirement(LEAVING, model.run())
    impact = json.loads(model.world.artifacts.read(row.impact_digest or ""))
    assert impact["logs"]["unreadable"] == ["2013-03-03"]
    assert sorted(model.systems()) == ["crew", "gates"]


def test_an_open_retirement_is_continued_with_its_own_plan(model: RetiringModel) -> None:
    first = open_retirement(LEAVING, model.run())
    again = open_retirement(LEAVING.model_copy(update={"sunset_on": date(2013, 3, 20)}), model.run(run_id="again"))
    assert again == first


def test_too_short_a_notice_is_refused_with_the_first_possible_day(model: RetiringModel) -> None:
    with pytest.raises(GateRefusedError, match="less notice than the 30 days") as refused:
        open_retirement(LEAVING.model_copy(update={"sunset_on": date(2013, 4, 9)}), model.run())
    assert "choose 2013-04-11 or a later day as the sunset" in str(refused.value)
    assert model.world.events("command.refused")[-1]["data"]["attempted"] == "open retirement"
    assert model.systems() == []


def test_silent_consumers_are_reminded_weekly_and_then_the_owner_is_notified(
    model: RetiringModel,
) -> None:
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


def unserved(model: RetiringModel) -> RetirementPlan:
    """A plan for version 2, which never served, with a sunset on the next day."""
    version = model.world.version()
    return LEAVING.model_copy(update={"version": version, "sunset_on": (model.world.now + timedelta(days=1)).date()})


def test_a_version_that_never_served_affects_no_consumer_and_needs_no_notice(model: RetiringModel) -> None:
    row = open_retirement(unserved(model), model.run())
    assert (row.state, model.world.find(RetirementParty, retirement=row.key)) == ("withdrawn", [])
    assert model.world.get(Version, row.subject).review_state is ReviewState.RETIRED


def test_a_version_that_never_served_by_the_record_but_is_in_the_logs_is_used(model: RetiringModel) -> None:
    plan = unserved(model)
    model.log(date(2013, 3, 4), 1, version="2", consumer="desk")
    with pytest.raises(GateRefusedError, match="less notice than the 30 days"):
        open_retirement(plan, model.run())


def test_a_version_that_serves_is_not_withdrawn_at_once(model: RetiringModel) -> None:
    row = open_retirement(LEAVING, model.run())
    assert withdraw_unserved(row, model.run()) == row
    assert model.retirement.state == "opened"
