"""Retirements: each step in its order, a complete plan, and no traffic before the withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import (
    IllegalMoveError,
    InputError,
    InvalidNameError,
    ModelwardError,
    NotFoundError,
    RequestClosedError,
    StaleEvidenceError,
    TransitionIncompleteError,
)
from data.records.evidence import sha256_of
from data.records.model import Model
from data.records.retirement import Retirement, RetirementParty
from data.records.version import ReviewState, Version
from data.registry.command import Command
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.retirement import (
    AffectedParty,
    AnswerNotice,
    ApproveRetirement,
    BeginSunset,
    OpenRetirement,
    PlanTransition,
    RecordNotices,
    RecordTraffic,
    WithdrawVersion,
)
from data.registry.lifecycle import RETIREMENT_MOVES
from data.registry.rules.retirement import retirement_of
from tests.operations import Preparations, deployed, held, roll_back
from tests.retirement_states import (
    KEY,
    PARTIES,
    VERSION,
    answered,
    approved,
    archive,
    archived,
    noticed,
    opened,
    planned,
    quiet,
    requested,
    sunset,
    traffic,
    transition_planned,
    withdrawn,
)
from tests.world import MODEL, World

STAGES: dict[str, Callable[[World], None]] = {
    "opened": opened,
    "noticed": lambda world: (opened(world), noticed(world))[0],
    "planned": planned,
    "approved": approved,
    "sunset": sunset,
    "quiet": quiet,
    "withdrawn": withdrawn,
    "archived": archived,
}
STEPS: dict[str, tuple[Callable[[World], Command], set[str]]] = {
    "open": (
        lambda world: OpenRetirement(
            version=VERSION, reason="again", sunset_at=world.now + timedelta(days=1), quiet_days=7, impact_digest="d",
            parties=(),
        ),
        set(),
    ),
    "notice": (
        lambda world: RecordNotices(key=KEY, systems=("gates",), outbox_digest="d"),
        {"opened", "noticed", "planned"},
    ),
    "answer": (
        lambda world: AnswerNotice(key=KEY, system="gates", answer="acknowledged"),
        {"noticed", "planned"},
    ),
    "plan": (
        lambda world: PlanTransition(key=KEY, system="gates", moves_to="a table", cut_over_at=world.now),
        {"opened", "noticed", "planned"},
    ),
    "begin sunset": (lambda world: BeginSunset(key=KEY), set()),
    "record traffic": (
        lambda world: RecordTraffic(
            key=KEY, from_at=world.now - timedelta(hours=1), to_at=world.now, rows=0, evidence_digest="d"
        ),
        {"quiet"},
    ),
    "withdraw": (lambda world: WithdrawVersion(key=KEY), set()),
    "archive": (archive, {"withdrawn"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def stages(preparations: Preparations, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The worlds in which the retirement of version 1, which serves, has reached a stage."""
    return Preparations(preparations.template("serving"), tmp_path_factory.mktemp("stages"), STAGES)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, stages: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A copy of the world in which version 1 serves, or in which its retirement has reached the stage of `begins`."""
    with held(stages.template(getattr(request, "param", "")), tmp_path / "home", monkeypatch) as world:
        yield world


def begins(stage: str) -> pytest.MarkDecorator:
    """Return the mark of a test whose world begins at a stage of the retirement."""
    return pytest.mark.parametrize("world", [stage], indirect=True)


def test_every_state_of_a_retirement_has_a_test() -> None:
    assert set(STAGES) == set(RETIREMENT_MOVES)


@pytest.mark.parametrize(("stage", "world"), [(one, one) for one in STAGES], ids=STAGES, indirect=["world"])
def test_only_the_legal_steps_of_a_state_are_allowed(stage: str, world: World) -> None:
    assert world.get(Retirement, KEY).state == stage
    for name, (make, allowed) in STEPS.items():
        if stage not in allowed:
            with pytest.raises((IllegalMoveError, InputError)):
                world.do(make(world))
            assert world.get(Retirement, KEY).state == stage, name
    for name, (make, allowed) in STEPS.items():
        if stage in allowed:
            assert world.do(make(world)).rows, name


# -- opening


def test_a_retirement_opens_with_its_affected_parties(world: World) -> None:
    opened(world, outputs_in_force="timetables until June")
    row = world.get(Retirement, KEY)
    assert (row.state, row.opened_by, row.outputs_in_force) == ("opened", "olga", "timetables until June")
    parties = world.find(RetirementParty, retirement=KEY)
    assert [(one.system, one.declared, one.through) for one in parties] == [
        ("crew", True, ("models/ops/rota",)),
        ("gates", True, ()),
        ("shadow-it", False, ()),
    ]
    with world.registry.reading() as state:
        assert retirement_of(state, VERSION) == row
        assert retirement_of(state, f"{MODEL}/versions/2") is None


def test_a_retirement_without_affected_parties_is_planned_at_once(world: World) -> None:
    opened(world, parties=())
    assert world.get(Retirement, KEY).state == "planned"
    world.do(ApproveRetirement(key=KEY, request=requested(world)))
    assert world.get(Retirement, KEY).state == "approved"


UNOPENED: dict[str, tuple[dict[str, Any], type[ModelwardError], str]] = {
    "an unknown version": ({"version": f"{MODEL}/versions/9"}, NotFoundError, "no version"),
    "a sunset in the past": ({"sunset_at": "past"}, InputError, "must be in the future"),
    "itself as successor": ({"successor": VERSION}, InputError, "cannot have itself as its successor"),
    "an unknown successor": ({"successor": f"{MODEL}/versions/9"}, NotFoundError, "no version"),
    "a consumer twice": ({"parties": (PARTIES[0], PARTIES[0])}, InputError, "lists a consumer twice"),
    "a consumer with a slash": (
        {"parties": (AffectedParty(system="a/b", declared=False),)},
        InvalidNameError,
        "is not a valid system",
    ),
    "too few quiet days for a slow consumer": ({"quiet_days": 6}, InputError, "gates uses the model every 7 days"),
}


@pytest.mark.parametrize("changes, error, message", UNOPENED.values(), ids=UNOPENED.keys())
def test_a_retirement_does_not_open_with(
    changes: dict[str, Any], error: type[ModelwardError], message: str, world: World
) -> None:
    world.do(DeclareConsumer(model=MODEL, system="gates", owner="gil", contact="gil@example.org", cadence_days=7))
    if changes.get("sunset_at") == "past":
        changes = {"sunset_at": world.now}
    with pytest.raises(error, match=message):
        opened(world, **changes)
    assert world.find(Retirement) == []


def test_a_version_that_was_rolled_back_is_no_successor(world: World) -> None:
    second = deployed(world, "op-2")
    roll_back(world, VERSION)
    with pytest.raises(InputError, match="ops/delay v2 was rolled back and cannot be the successor of ops/delay v1"):
        opened(world, successor=second.version)


def test_a_rejected_version_is_no_successor(world: World) -> None:
    second = world.version()
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE version SET review_state = 'rejected' WHERE key = ?", [second])
    with pytest.raises(InputError, match="cannot have a rejected version as its successor"):
        opened(world, successor=second)


# -- approval


def without(system: str) -> Callable[[World], None]:
    """Return a function that completes answers and plans of all parties except one."""

    def prepare(world: World) -> None:
        opened(world)
        noticed(world)
        for party in PARTIES:
            if party.system != system:
                answered(world, party.system)
                transition_planned(world, party.system)

    return prepare


def without_answer(world: World) -> None:
    without("crew")(world)
    transition_planned(world, "crew")


def without_transition(world: World) -> None:
    without("gates")(world)
    answered(world)


INCOMPLETE: dict[str, tuple[Callable[[World], None], str]] = {
    "no party was notified": (opened, "crew lacks an answer"),
    "a party has not answered": (without_answer, "crew lacks an answer, or somebody who accepts its silence"),
    "a party has no transition": (without_transition, "gates lacks a transition"),
    "an undeclared party lacks both": (without("shadow-it"), r"shadow-it \(undeclared\) lacks an answer.* and a trans"),
}


@pytest.mark.parametrize("prepare, message", INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_a_retirement_is_not_approved_while(prepare: Callable[[World], None], message: str, world: World) -> None:
    prepare(world)
    with pytest.raises(TransitionIncompleteError, match=message):
        world.do(ApproveRetirement(key=KEY, request=f"{VERSION}/requests/1"))


@begins("planned")
def test_a_request_to_deploy_approves_no_retirement(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="the request is to deploy"):
        world.do(ApproveRetirement(key=KEY, request=f"{VERSION}/requests/1"))


REQUESTS: dict[str, tuple[str, type[ModelwardError], str]] = {
    "is still pending": ("state = 'pending'", RequestClosedError, "is pending, not approved"),
    "was rejected": ("state = 'rejected'", RequestClosedError, "is rejected, not approved"),
    "has no end": ("valid_until = NULL", RequestClosedError, "not approved"),
    "has expired": ("valid_until = '2013-01-01T00:00:00.000000Z'", RequestClosedError, "has expired"),
}


@pytest.mark.parametrize("change, error, message", REQUESTS.values(), ids=REQUESTS.keys())
@begins("planned")
def test_a_retirement_is_not_approved_by_a_request_that(
    change: str, error: type[ModelwardError], message: str, world: World
) -> None:
    request = requested(world)
    with world.registry.store.transaction() as connection:
        connection.execute(f"UPDATE approval_request SET {change} WHERE key = ?", [request])
    with pytest.raises(error, match=message):
        world.do(ApproveRetirement(key=KEY, request=request))


@begins("planned")
def test_a_changed_plan_needs_another_approval(world: World) -> None:
    request = requested(world)
    transition_planned(world, "gates", moves_to="nothing at all")
    with pytest.raises(StaleEvidenceError, match="not the one that was approved"):
        world.do(ApproveRetirement(key=KEY, request=request))


@begins("planned")
def test_a_reminder_does_not_void_an_approval(world: World) -> None:
    request = requested(world)
    noticed(world, "gates")
    world.do(ApproveRetirement(key=KEY, request=request))
    assert world.get(Retirement, KEY).request == request


@begins("approved")
def test_approving_twice_with_the_same_request_changes_nothing(world: World) -> None:
    row = world.get(Retirement, KEY)
    again = world.do(ApproveRetirement(key=KEY, request=row.request or ""))
    assert again.rows == (row,)
    with pytest.raises(IllegalMoveError, match="is approved; it cannot become approved"):
        world.do(ApproveRetirement(key=KEY, request=f"{VERSION}/requests/1"))


# -- sunset, traffic, withdrawal


@begins("approved")
def test_the_sunset_does_not_begin_before_its_day(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="the sunset of ops/delay v1 is on"):
        world.do(BeginSunset(key=KEY))


@begins("planned")
def test_the_sunset_does_not_begin_before_the_approval(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="is planned; its sunset begins after its approval\n  → run `modelward"):
        world.do(BeginSunset(key=KEY))


@begins("sunset")
def test_the_sunset_does_not_begin_a_second_time(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="has begun already; its retirement is sunset\n  → leave it"):
        world.do(BeginSunset(key=KEY))


TRAFFIC: dict[str, tuple[float, int, str]] = {
    "one row in a long enough window is traffic": (7, 1, "sunset"),
    "a window a day too short is not quiet": (6, 0, "sunset"),
    "a whole window without a row is quiet": (7, 0, "quiet"),
    "a longer window without a row is quiet": (8, 0, "quiet"),
}


@pytest.mark.parametrize("days, rows, becomes", TRAFFIC.values(), ids=TRAFFIC.keys())
@begins("sunset")
def test_a_window_without_a_row_makes_the_version_quiet(days: float, rows: int, becomes: str, world: World) -> None:
    world.move(days=8)
    traffic(world, days, rows)
    row = world.get(Retirement, KEY)
    assert (row.state, row.traffic_rows, row.traffic_to_at) == (becomes, rows, world.now)


@begins("quiet")
def test_new_traffic_of_a_consumer_ends_the_quiet_state(world: World) -> None:
    world.move(days=1)
    traffic(world, days=1, rows=3, by_consumer={"gates": 3})
    assert world.get(Retirement, KEY).state == "sunset"


@begins("sunset")
def test_an_unknown_consumer_becomes_an_undeclared_party(world: World) -> None:
    world.move(days=8)
    traffic(world, rows=3, by_consumer={"gates": 1, "Night Job": 2, "idle": 0})
    late = [one for one in world.find(RetirementParty, retirement=KEY) if one.system.startswith("unnamed-")]
    assert [(one.declared, one.last_seen_at, one.transition) for one in late] == [(False, world.now, "missing")]
    assert len(world.find(RetirementParty, retirement=KEY)) == len(PARTIES) + 1
    transition_planned(world, late[0].system, cut_over_at=world.now)
    assert world.get(RetirementParty, late[0].key).transition == "planned"


WINDOWS: dict[str, dict[str, Any]] = {
    "begins before the sunset": {"days": 9},
    "ends in the future": {"to_at": timedelta(days=1)},
    "ends before it begins": {"days": -1},
    "has more rows by consumer than rows": {"rows": 1, "by_consumer": {"gates": 2}},
}


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS.keys())
@begins("sunset")
def test_traffic_is_refused_for_a_window_that(window: dict[str, Any], world: World) -> None:
    world.move(days=8)
    if "to_at" in window:
        window = {"to_at": world.now + window["to_at"]}
    with pytest.raises(InputError):
        traffic(world, **window)


@begins("quiet")
def test_a_version_that_still_serves_is_not_withdrawn(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="still serves as production champion"):
        world.do(WithdrawVersion(key=KEY))


def test_a_version_whose_successor_serves_is_withdrawn_without_an_operation(world: World) -> None:
    second = deployed(world, "op-2")
    planned_with_successor(world, second.version)
    world.do(WithdrawVersion(key=KEY))
    assert world.get(Version, VERSION).review_state is ReviewState.RETIRED
    assert world.get(Model, MODEL).state == "active"


def planned_with_successor(world: World, successor: str) -> None:
    """Take a retirement with a successor and without parties to the quiet state."""
    opened(world, parties=(), successor=successor)
    world.do(ApproveRetirement(key=KEY, request=requested(world)))
    world.now = world.get(Retirement, KEY).sunset_at
    world.do(BeginSunset(key=KEY))
    world.move(days=7)
    traffic(world)


def test_a_version_that_never_served_is_withdrawn_at_once(world: World) -> None:
    version = world.version()
    opened(world, version=version, parties=())
    world.do(WithdrawVersion(key=f"{version}/retirement"))
    assert world.get(Version, version).review_state is ReviewState.RETIRED
    world.do(archive(world).model_copy(update={"key": f"{version}/retirement"}))
    assert world.get(Retirement, f"{version}/retirement").state == "archived"


def test_a_model_of_which_no_version_ever_served_stays_active(world: World) -> None:
    world.model("models/ops/other")
    version = world.version("models/ops/other")
    opened(world, version=version, parties=())
    world.do(WithdrawVersion(key=f"{version}/retirement"))
    assert world.get(Model, "models/ops/other").state == "active"
    assert world.version("models/ops/other") != version


def test_a_version_that_served_is_not_withdrawn_at_once(world: World) -> None:
    deployed(world, "op-2")
    opened(world, parties=())
    assert world.get(Retirement, KEY).state == "planned"
    with pytest.raises(IllegalMoveError, match="ops/delay v1 served or has consumers; it is withdrawn after"):
        world.do(WithdrawVersion(key=KEY))


def test_a_version_with_a_consumer_is_not_withdrawn_at_once(world: World) -> None:
    version = world.version()
    key = f"{version}/retirement"
    opened(world, version=version, parties=PARTIES[:1])
    world.do(RecordNotices(key=key, systems=("gates",), outbox_digest="d"))
    world.do(AnswerNotice(key=key, system="gates", answer="acknowledged"))
    world.do(PlanTransition(key=key, system="gates", moves_to="version 1", cut_over_at=world.now))
    with pytest.raises(IllegalMoveError, match="ops/delay v2 served or has consumers"):
        world.do(WithdrawVersion(key=key))


@begins("withdrawn")
def test_a_model_is_retired_with_its_last_version(world: World) -> None:
    version = world.get(Version, VERSION)
    assert (version.review_state, version.state_reason) == (ReviewState.RETIRED, "the data moved on")
    assert world.get(Model, MODEL).state == "retired"


def test_a_model_with_another_version_stays_active(world: World) -> None:
    world.version()
    withdrawn(world)
    assert world.get(Model, MODEL).state == "active"


@begins("withdrawn")
def test_the_retention_of_a_dossier_must_end_in_the_future(world: World) -> None:
    command = archive(world)
    with pytest.raises(InputError, match="must be in the future"):
        world.do(command.model_copy(update={"retain_until": world.now}))
    world.do(command)
    row = world.get(Retirement, KEY)
    assert (row.state, row.dossier_digest, row.ended_at) == ("archived", sha256_of("dossier"), world.now)
