"""An approved retirement goes as far as the day and the logs allow, once, and never past somebody who still asks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import LogFormatError, PublishError
from data.files.artifacts import ArtifactStore
from data.records.deployment import Deployment
from data.records.person import Role
from data.records.version import ReviewState, Version
from data.registry.commands.retirement import ApproveRetirement
from tasks.retire.advance_retirement import advance_retirement
from tasks.retire.approve_retirement import request_retirement
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.retire.plan_transitions import plan_transitions
from tasks.retire.send_notices import send_notices
from tests.operations import prepared
from tests.retirement_fixtures import KEY, VERSION, Departing, departing
from tests.world import MODEL, Template, World

SUNSET = date(2013, 5, 1)


def approved(world: World, *, serving: bool = True) -> None:
    """Everybody is told, has answered and goes somewhere; owner and approver have signed."""
    model = departing(world, declared=("gates",), serving=serving)
    open_retirement(RetirementPlan(version=VERSION, reason="it aged", sunset_on=SUNSET), model.run())
    send_notices.fn(KEY, model.run())
    for system in ("gates", "shadow-it"):
        model.acknowledge(system)
    lines = ["gates 2013-04-20 the timetable", "shadow-it 2013-04-20 nothing"]
    plan_transitions.fn(KEY, lines, model.run())
    request = request_retirement.fn(KEY, model.run())
    model.approve("olga", Role.OWNER)
    model.approve("alma", Role.APPROVER)
    world.do(ApproveRetirement(key=KEY, request=request.key), by="otto")


@pytest.fixture(scope="module")
def ready(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("approved") / "home", approved)


@pytest.fixture
def model(ready: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Departing:
    return Departing(ready.copy(tmp_path / "home", monkeypatch))


def advanced(model: Departing, days: float) -> str:
    """The state after an advance so many days after the sunset."""
    model.world.now = model.retirement.sunset_at + timedelta(days=days)
    return advance_retirement(KEY, model.run())


def test_before_its_day_nothing_moves(model: Departing) -> None:
    before = len(model.world.events())
    assert advanced(model, -1) == "approved"
    assert len(model.world.events()) == before


def test_after_the_sunset_it_waits_for_fourteen_whole_days_without_a_row(model: Departing) -> None:
    assert advanced(model, 0) == "sunset"
    assert advanced(model, 13.9) == "sunset"
    assert advanced(model, 14) == "archived"
    assert model.world.get(Version, VERSION).review_state is ReviewState.RETIRED
    assert advanced(model, 15) == "archived"


def test_whoever_still_asks_starts_the_window_again_and_is_remembered(model: Departing) -> None:
    assert advanced(model, 0) == "sunset"
    model.log(date(2013, 5, 4), rows=7, consumer="gates")
    assert advanced(model, 10) == "sunset"
    assert (model.retirement.traffic_rows, model.retirement.state) == (7, "sunset")
    events = len(model.world.events())
    assert advanced(model, 10.5) == "sunset"
    assert len(model.world.events()) == events, "nothing new was read"
    assert advanced(model, 17.9) == "sunset"
    assert advanced(model, 18) == "archived"
    assert model.retirement.traffic_from_at == datetime.fromisoformat("2013-05-05T00:00:00+00:00")


def test_a_consumer_that_shows_up_late_must_have_somewhere_to_go_first(model: Departing) -> None:
    assert advanced(model, 0) == "sunset"
    model.log(date(2013, 5, 2), consumer="Night Shift/7")
    assert advanced(model, 3) == "sunset"
    assert advanced(model, 20) == "quiet"
    late = next(one for one in model.systems() if one.startswith("unnamed-"))
    plan_transitions.fn(KEY, [f"{late} 2013-05-03 the timetable"], model.run())
    assert advanced(model, 20) == "archived"


def test_one_who_asks_again_before_the_withdrawal_takes_the_quiet_back(model: Departing) -> None:
    assert advanced(model, 0) == "sunset"
    model.log(date(2013, 5, 2), consumer="late")
    advanced(model, 3)
    assert advanced(model, 20) == "quiet"
    model.log(date(2013, 5, 20), consumer="late")
    assert advanced(model, 22) == "sunset"


def test_rows_of_another_version_do_not_count(model: Departing) -> None:
    model.log(date(2013, 5, 1), 14, version="2")
    assert advanced(model, 14) == "archived"


def test_a_day_that_cannot_be_read_is_not_quiet(model: Departing) -> None:
    model.log(date(2013, 5, 3), version="2")
    file = next((model.world.home.logs(MODEL) / "date=2013-05-03").iterdir())
    file.write_bytes(b"not Parquet")
    with pytest.raises(LogFormatError):
        advanced(model, 20)
    assert model.retirement.state == "sunset"


def test_one_that_serves_nowhere_is_retired_as_it_is(
    founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = founded.copy(tmp_path / "home", monkeypatch)
    approved(world, serving=False)
    assert advanced(Departing(world), 20) == "archived"
    assert world.find(Deployment) == []


def test_the_dossier_says_whom_it_reached_who_signed_and_what_the_logs_showed(model: Departing) -> None:
    advanced(model, 14)
    text = (model.world.home.reports / "retirement-ops-delay-v1.md").read_text()
    for part in (
        "gates",
        "seen only",
        "acknowledged by shadow-it",
        "Olga",
        "0 rows named the version",
        "clock: replay",
    ):
        assert part in text, part
    kept = (model.world.home.reports / "retirement-ops-delay-v1.json").read_bytes()
    assert ArtifactStore(model.world.home.artifacts).read(model.retirement.dossier_digest or "") == kept


def test_a_report_that_cannot_be_written_leaves_it_withdrawn_until_it_can(model: Departing) -> None:
    model.world.home.reports.touch()
    with pytest.raises(PublishError, match="cannot be written"):
        advanced(model, 14)
    assert model.retirement.state == "withdrawn"
    model.world.home.reports.unlink()
    assert advanced(model, 14) == "archived"
