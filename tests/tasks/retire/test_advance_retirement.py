"""An approved retirement advances as far as date and logs allow, and not while a consumer still uses the version."""

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
from tests.retirement_fixtures import KEY, VERSION, RetiringModel, model_to_retire
from tests.world import MODEL, Template, World

SUNSET = date(2013, 5, 1)


def approved(world: World, *, serving: bool = True) -> None:
    """An approved retirement: consumers were notified, answered and have transitions; owner and approver signed."""
    model = model_to_retire(world, declared=("gates",), serving=serving)
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
def model(ready: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RetiringModel:
    return RetiringModel(ready.copy(tmp_path / "home", monkeypatch))


def advanced(model: RetiringModel, days: float) -> str:
    """Return the state after advancing so many days after the sunset."""
    model.world.now = model.retirement.sunset_at + timedelta(days=days)
    return advance_retirement(KEY, model.run())


def test_before_the_sunset_the_state_stays_approved(model: RetiringModel) -> None:
    before = len(model.world.events())
    assert advanced(model, -1) == "approved"
    assert len(model.world.events()) == before


def test_the_withdrawal_needs_fourteen_days_without_a_row(model: RetiringModel) -> None:
    assert advanced(model, 0) == "sunset"
    assert advanced(model, 13.9) == "sunset"
    assert advanced(model, 14) == "archived"
    assert model.world.get(Version, VERSION).review_state is ReviewState.RETIRED
    assert advanced(model, 15) == "archived"


def test_traffic_restarts_the_window_and_records_the_consumer(model: RetiringModel) -> None:
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


def test_a_consumer_seen_late_needs_a_transition_first(model: RetiringModel) -> None:
    assert advanced(model, 0) == "sunset"
    model.log(date(2013, 5, 2), consumer="Night Shift/7")
    assert advanced(model, 3) == "sunset"
    assert advanced(model, 20) == "quiet"
    late = next(one for one in model.systems() if one.startswith("unnamed-"))
    plan_transitions.fn(KEY, [f"{late} 2013-05-03 the timetable"], model.run())
    assert advanced(model, 20) == "archived"


def test_new_traffic_before_the_withdrawal_ends_the_quiet_state(model: RetiringModel) -> None:
    assert advanced(model, 0) == "sunset"
    model.log(date(2013, 5, 2), consumer="late")
    advanced(model, 3)
    assert advanced(model, 20) == "quiet"
    model.log(date(2013, 5, 20), consumer="late")
    assert advanced(model, 22) == "sunset"


def test_rows_of_another_version_do_not_count(model: RetiringModel) -> None:
    model.log(date(2013, 5, 1), 14, version="2")
    assert advanced(model, 14) == "archived"


def test_an_unreadable_day_is_not_counted_as_quiet(model: RetiringModel) -> None:
    model.log(date(2013, 5, 3), version="2")
    file = next((model.world.home.logs(MODEL) / "date=2013-05-03").iterdir())
    file.write_bytes(b"not Parquet")
    with pytest.raises(LogFormatError):
        advanced(model, 20)
    assert model.retirement.state == "sunset"


def test_a_version_that_serves_nowhere_is_retired(
    founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = founded.copy(tmp_path / "home", monkeypatch)
    approved(world, serving=False)
    assert advanced(RetiringModel(world), 20) == "archived"
    assert world.find(Deployment) == []


def test_the_dossier_lists_consumers_signatures_and_traffic(model: RetiringModel) -> None:
    advanced(model, 14)
    text = (model.world.home.reports / "retirement-ops-delay-v1.md").read_text()
    for part in (
        "gates",
        "seen only",
        "acknowledged by shadow-it",
        "Olga",
        "0 rows were logged for the version",
        "clock: replay",
    ):
        assert part in text, part
    kept = (model.world.home.reports / "retirement-ops-delay-v1.json").read_bytes()
    assert ArtifactStore(model.world.home.artifacts).read(model.retirement.dossier_digest or "") == kept


def test_an_unwritable_report_leaves_the_retirement_withdrawn(model: RetiringModel) -> None:
    model.world.home.reports.touch()
    with pytest.raises(PublishError, match="cannot be written"):
        advanced(model, 14)
    assert model.retirement.state == "withdrawn"
    model.world.home.reports.unlink()
    assert advanced(model, 14) == "archived"
