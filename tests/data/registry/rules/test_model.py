"""Rules about models: adopted standards, relaxed rules, test and monitoring plans, consumers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import (
    IllegalMoveError,
    IndependenceError,
    InputError,
    InvalidNameError,
    ModelwardError,
    NotAuthorisedError,
    NotFoundError,
    ProofError,
)
from data.records.model import AppliedStandard, Consumer, Mode, Model, MonitoringPlan, PlannedTest, TestPlan
from data.registry.command import Proof
from data.registry.commands.log import AdoptStandard
from data.registry.commands.model import DeclareConsumer, RecordMonitoringPlan, RecordTestPlan, RegisterModel
from data.registry.commands.person import AddPerson, RevokePerson
from data.registry.registry import Receipt
from data.registry.rules.model import active_model, relaxations, split_key
from data.registry.state import State
from tests.world import MODEL, Template, World

TEST = PlannedTest(name="auc", kind="stress", metric="auc", dataset="held-out", threshold=0.6, rationale="known")


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = founded.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


def consumer(system: str = "planner", **changes: Any) -> DeclareConsumer:
    return DeclareConsumer(model=MODEL, system=system, owner="olga", contact="olga@example.org", **changes)


UNKNOWN = AppliedStandard(standard="unknown", rationale="r")
REFUSED: dict[str, tuple[Callable[[World], object], type[ModelwardError], str]] = {
    "a standard that is not adopted": (lambda w: w.model(standards=(UNKNOWN,)), InputError, "is not adopted"),
    "no standard": (lambda w: w.model(standards=()), InputError, "has no standard"),
    "a name with a second slash": (lambda w: w.version(model="models/ops/a/b"), InvalidNameError, "not a valid team"),
    "a name with a quote": (lambda w: w.version(model="models/ops/a'b"), InvalidNameError, "is not a valid model name"),
    "a team in capitals": (lambda w: w.version(model="models/Ops/a"), InvalidNameError, "is not a valid team"),
    "a plan that repeats a test name": (
        lambda w: (w.model(), w.do(RecordTestPlan(model=MODEL, tests=(TEST, TEST)))), InputError, "repeats a test name"
    ),
    "a plan for a missing model": (
        lambda w: w.do(RecordTestPlan(model=MODEL, tests=(TEST,))), NotFoundError, "there is no model ops/delay"
    ),
    "a consumer with a malformed name": (
        lambda w: (w.model(), w.do(consumer("the planner"))), InvalidNameError, "is not a valid system"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_command_is_refused_and_recorded(
    case: tuple[Callable[[World], object], type[ModelwardError], str], world: World
) -> None:
    act, error, words = case
    with pytest.raises(error, match=words):
        act(world)
    assert world.events()[-1]["type"] == "command.refused"


KEYS = ["delay", "ops/delay", "models/delay", "models/ops/delay/x", "models//delay", "people/ops/delay", ""]


@pytest.mark.parametrize("key", KEYS)
def test_a_malformed_key_of_a_model_is_refused(key: str) -> None:
    with pytest.raises(InvalidNameError):
        split_key(key)


def test_the_key_of_a_model_is_split() -> None:
    assert split_key(MODEL) == ("ops", "delay")


def test_a_model_is_registered_once_and_then_amended(world: World) -> None:
    world.model()
    first = world.get(Model, MODEL)
    world.move(days=1)
    world.model(runbook="call otto")
    row = world.get(Model, MODEL)
    assert [event["type"] for event in world.events() if event["type"].startswith("model.")] == [
        "model.registered", "model.amended"
    ]  # fmt: skip
    assert (row.registered_at, row.runbook, row.rev) == (first.registered_at, "call otto", 2)
    assert (row.team, row.name, row.registered_by) == ("ops", "delay", "dev")


def test_a_later_plan_does_not_replace_an_earlier_one(world: World) -> None:
    world.model()
    world.move(days=1)
    world.do(RecordTestPlan(model=MODEL, tests=(TEST,)))
    world.do(RecordMonitoringPlan(model=MODEL, rules=({"a": 1},), rationale="r"))
    plans, watched = world.find(TestPlan, model=MODEL), world.find(MonitoringPlan, model=MODEL)
    assert [plan.number for plan in plans] == [plan.number for plan in watched] == [1, 2]
    assert plans[1].recorded_at == world.now
    assert plans[1].recorded_at - plans[0].recorded_at == timedelta(days=1)


@pytest.mark.usefixtures("rows_unchecked")
def test_a_declared_consumer_keeps_its_observed_times(world: World) -> None:
    world.model()
    seen = Consumer(
        key=f"{MODEL}/consumers/planner", model=MODEL, system="planner", declared=False, first_seen_at=world.now,
        last_seen_at=world.now, rows_seen=7,
    )  # fmt: skip
    with world.registry.store.transaction() as connection:
        State(connection).apply(seen)
    world.do(consumer())
    row = world.get(Consumer, seen.key)
    assert (row.declared, row.rows_seen, row.first_seen_at, row.owner) == (True, 7, seen.first_seen_at, "olga")
    declared_at = world.now
    world.move(days=3)
    world.do(consumer(criticality="high"))
    assert (world.get(Consumer, seen.key).criticality, world.get(Consumer, seen.key).declared_at) == (
        "high", declared_at
    )  # fmt: skip


def test_a_retired_model_refuses_new_records(world: World) -> None:
    world.model()
    with world.registry.store.transaction() as connection:
        state = State(connection)
        state.apply(state.need(Model, MODEL).changed(state="retired"))
    with pytest.raises(IllegalMoveError, match="ops/delay is retired"):
        world.do(consumer())
    with world.registry.reading() as state, pytest.raises(IllegalMoveError):
        active_model(state, MODEL)
    with pytest.raises(IllegalMoveError):
        amend(world, runbook="call otto")


# -- the owner ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["nobody", "leo"])
def test_an_owner_who_is_not_on_the_roster_is_refused(world: World, owner: str) -> None:
    proof = world.proof("adam")
    world.do(AddPerson(person="leo", printed_name="Leo", proof=proof), by="adam")
    world.do(RevokePerson(person="leo", reason="left", proof=world.proof("adam")), by="adam")
    with pytest.raises(NotAuthorisedError, match=f"{owner}, the owner of ops/delay, is not on the roster"):
        world.model(owner=owner)
    world.model()
    with pytest.raises(NotAuthorisedError, match=f"{owner}, the owner of ops/delay, is not on the roster"):
        amend(world, owner=owner, proof=world.proof("olga"))


def test_a_change_of_owner_needs_a_code(world: World) -> None:
    world.model()
    with pytest.raises(NotAuthorisedError, match="would change from olga to rita\n.*--by olga`, or --by rita"):
        amend(world, owner="rita")


@pytest.mark.parametrize("person", ["olga", "rita", "ada"])
def test_a_change_of_owner_is_confirmed_by_either_owner_or_an_administrator(world: World, person: str) -> None:
    world.model()
    receipt = amend(world, owner="rita", proof=world.proof(person))
    assert (world.get(Model, MODEL).owner, world.events()[-1]["actor"]["id"]) == ("rita", person)
    assert receipt.type == "model.amended"


@pytest.mark.parametrize("person", ["dev", "alma", "otto"])
def test_a_change_of_owner_is_refused_to_anybody_else(world: World, person: str) -> None:
    world.model()
    with pytest.raises(NotAuthorisedError, match=f"{person} cannot make rita the owner of ops/delay in place of olga"):
        amend(world, owner="rita", proof=world.proof(person))
    assert world.get(Model, MODEL).owner == "olga"


def test_a_model_whose_owner_left_is_amended_without_a_new_owner(world: World) -> None:
    world.model()
    world.do(RevokePerson(person="olga", reason="left", proof=world.proof("adam")), by="adam")
    amend(world, runbook="call otto")
    amend(world, owner="rita", proof=world.proof("rita"))
    assert world.get(Model, MODEL).owner == "rita"


# -- rules that are relaxed -----------------------------------------------------------------------------


def rules(*named: tuple[str, Mode]) -> tuple[AppliedStandard, ...]:
    return tuple(AppliedStandard(standard=name, mode=mode, rationale="r") for name, mode in named)


def amend(world: World, by: str = "dev", **changes: Any) -> Receipt:
    """Register the model again with some changes."""
    command = RegisterModel.of(world.get(Model, MODEL))
    return world.do(command.model_copy(update=changes), by=by)


BOTH = rules(("baseline", "enforce"), ("strict", "warn"))
RELAXED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the same": ({}, []),
    "a smaller tier": ({"tier": 1}, []),
    "a greater tier": ({"tier": 4}, ["tier 2 becomes 4"]),
    "a stricter mode": ({"standards": rules(("baseline", "enforce"), ("strict", "enforce"))}, []),
    "one more standard at the end": ({"standards": (*BOTH, *rules(("third", "observe")))}, []),
    "from enforce to warn": (
        {"standards": rules(("baseline", "warn"), ("strict", "warn"))},
        ["the standard baseline goes from enforce to warn"],
    ),
    "from enforce and warn to observe": (
        {"standards": rules(("baseline", "observe"), ("strict", "observe"))},
        [
            "the standard baseline goes from enforce to observe",
            "the standard strict goes from warn to observe",
        ],
    ),
    "the last one dropped": ({"standards": BOTH[:1]}, ["the standard strict is dropped"]),
    "the first one dropped": (
        {"standards": BOTH[1:]},
        ["the standard baseline is dropped", "the standard strict says who approves, in place of baseline"],
    ),
    "another one first": (
        {"standards": (*rules(("third", "enforce")), *BOTH)},
        ["the standard third says who approves, in place of baseline"],
    ),
    "the order reversed": (
        {"standards": BOTH[::-1]},
        ["the standard strict says who approves, in place of baseline"],
    ),
    "listed twice, the stricter counts": ({"standards": (*rules(("baseline", "observe")), *BOTH)}, []),
    "tier and mode": (
        {"tier": 3, "standards": rules(("baseline", "observe"), ("strict", "warn"))},
        ["tier 2 becomes 3", "the standard baseline goes from enforce to observe"],
    ),
}


@pytest.mark.parametrize("case", RELAXED.values(), ids=RELAXED)
def test_each_relaxation_is_listed(case: tuple[dict[str, Any], list[str]], world: World) -> None:
    changes, expected = case
    world.model()
    known = world.get(Model, MODEL).changed(standards=BOTH)
    assert relaxations(known, RegisterModel.of(known).model_copy(update=changes)) == expected


def test_a_standard_listed_twice_has_its_strictest_mode(world: World) -> None:
    world.model()
    known = world.get(Model, MODEL).changed(standards=rules(("baseline", "observe"), ("baseline", "enforce")))
    command = RegisterModel.of(known).model_copy(update={"standards": rules(("baseline", "warn"))})
    assert relaxations(known, command) == ["the standard baseline goes from enforce to warn"]


OBSERVED = rules(("baseline", "observe"))
NOT_SOFTENED: dict[str, tuple[Callable[[World], object], type[ModelwardError], str]] = {
    "a greater tier without a proof": (
        lambda w: amend(w, tier=3), NotAuthorisedError, "ops/delay would be relaxed: tier 2 becomes 3"
    ),
    "a less strict mode without a proof": (
        lambda w: amend(w, standards=OBSERVED), NotAuthorisedError, "baseline goes from enforce to observe"
    ),
    "a standard dropped without a proof": (
        lambda w: amend(adopted(w), standards=rules(("strict", "enforce"))), NotAuthorisedError, "baseline is dropped"
    ),
    "without a proof in an approver's name": (
        lambda w: amend(w, by="alma", tier=3), NotAuthorisedError, "would be relaxed"
    ),
    "by the person who submitted it": (
        lambda w: amend(w, by="alma", tier=3, proof=w.proof("alma")), IndependenceError, "alma wrote this"
    ),
    "by its writer, submitted by another person": (
        lambda w: amend(w, tier=3, written_by=("Alma <alma@example.org>",), proof=w.proof("alma")),
        IndependenceError, "alma wrote this",
    ),
    "by the owner": (
        lambda w: (w.grant("olga", "approver"), amend(w, tier=3, proof=w.proof("olga"))),
        IndependenceError, "olga wrote this change, submitted it or owns ops/delay",
    ),
    "by the owner who transfers the model": (
        lambda w: (w.grant("olga", "approver"), amend(w, tier=3, owner="vera", proof=w.proof("olga"))),
        IndependenceError, "owns",
    ),
    "by the new owner": (
        lambda w: amend(w, tier=3, owner="alma", proof=w.proof("alma")), IndependenceError, "owns"
    ),
    "by a validator": (
        lambda w: amend(w, tier=3, proof=w.proof("vera")), NotAuthorisedError, "the role approver for team ops, tier 2"
    ),
    "by an unknown person": (
        lambda w: amend(w, tier=3, proof=Proof(person="nobody", code="123456")), NotAuthorisedError, "neither the role"
    ),
    "by an approver for the new tier only": (
        lambda w: (w.grant("vera", tiers=(3, 4)), amend(w, tier=3, proof=w.proof("vera"))),
        NotAuthorisedError, "neither the role",
    ),
    "by an approver for another team": (
        lambda w: (w.grant("vera", team="credit"), amend(w, tier=3, proof=w.proof("vera"))),
        NotAuthorisedError, "neither the role",
    ),
    "by an approver for one environment": (
        lambda w: (w.grant("vera", environment="staging"), amend(w, tier=3, proof=w.proof("vera"))),
        NotAuthorisedError, "every environment",
    ),
    "by a deputy of the writer": (
        lambda w: (
            w.grant("vera", deputy_of="alma", to_at=w.now + timedelta(days=9)),
            amend(w, tier=3, written_by=("alma",), proof=w.proof("vera")),
        ),
        IndependenceError, "alma wrote this",
    ),
    "with a wrong code": (
        lambda w: amend(w, tier=3, proof=Proof(person="alma", code="000000")), ProofError, "is wrong"
    ),
    "nothing relaxed, but a wrong code": (
        lambda w: amend(w, runbook="call otto", proof=Proof(person="dev", code="000000")), ProofError, "is wrong"
    ),
}  # fmt: skip


def adopted(world: World) -> World:
    text = world.artifacts.put(b"id: strict\nversion: 1\n")
    standard = AdoptStandard(
        standard="strict", version=1, title="Strict", digest=text, controls=1, proof=world.proof("adam")
    )
    world.do(standard, by="adam")
    return world


@pytest.mark.parametrize("case", NOT_SOFTENED.values(), ids=NOT_SOFTENED)
def test_an_amendment_is_refused(
    case: tuple[Callable[[World], object], type[ModelwardError], str], world: World
) -> None:
    act, error, words = case
    world.model()
    before = world.get(Model, MODEL)
    with pytest.raises(error, match=words):
        act(world)
    assert world.get(Model, MODEL) == before
    assert (world.events()[-1]["type"], world.events("model.amended")) == ("command.refused", [])


def test_the_refusal_names_the_command_for_the_amendment(world: World) -> None:
    world.model()
    with pytest.raises(NotAuthorisedError) as refused:
        amend(world, tier=4)
    assert refused.value.remedy == "run `modelward amend FOLDER --by APPROVER` to relax them"


SOFTENERS: dict[str, Callable[[World], str]] = {
    "an approver": lambda w: "alma",
    "an administrator": lambda w: "ada",
    "an approver for this team and tier": lambda w: (w.grant("vera", team="ops", tiers=(2,)), "vera")[1],
    "a deputy of an approver": (
        lambda w: (w.grant("vera", deputy_of="alma", to_at=w.now + timedelta(days=9)), "vera")[1]
    ),
}


@pytest.mark.parametrize("who", SOFTENERS.values(), ids=SOFTENERS)
def test_rules_are_relaxed_with_the_proof_of(who: Callable[[World], str], world: World) -> None:
    world.model()
    person = who(world)
    receipt = amend(world, tier=3, standards=OBSERVED, proof=world.proof(person))
    (event,) = world.events("model.amended")
    assert event["actor"] == {"id": person, "auth": "totp"}
    assert event["data"] == {
        "milder": ["tier 2 becomes 3", "the standard baseline goes from enforce to observe"],
        "written_by": ["dev"],
        "note": "nothing is enforced",
    }
    assert (world.get(Model, MODEL).tier, receipt.rows[0].standards) == (3, OBSERVED)


def test_the_actor_may_prove_an_amendment_that_others_wrote(world: World) -> None:
    world.model()
    amend(world, by="alma", tier=3, written_by=("dev",), proof=world.proof("alma"))
    assert world.events("model.amended")[0]["data"]["written_by"] == ["dev"]


def test_a_code_relaxes_rules_once_and_is_not_stored(world: World) -> None:
    world.model()
    proof = world.proof("alma")
    amend(world, tier=3, proof=proof)
    with pytest.raises(ProofError, match="was used already"):
        amend(world, tier=4, proof=proof)
    journal = b"".join(world.registry.journal.bodies())
    assert f'"{proof.code}"'.encode() not in journal
    assert b'"proof"' not in b"".join(body for body in world.registry.journal.bodies() if b"model.amended" in body)


def test_stricter_rules_and_everything_else_need_no_proof(world: World) -> None:
    world.model(tier=3, standards=OBSERVED)
    amend(world, tier=1, standards=rules(("baseline", "enforce")), runbook="call otto")
    (event,) = world.events("model.amended")
    assert (event["actor"]["auth"], event["data"]) == ("os-user", {})


def test_an_unneeded_proof_is_recorded(world: World) -> None:
    world.model()
    amend(world, runbook="call otto", proof=world.proof("dev"))
    assert world.events("model.amended")[0]["actor"] == {"id": "dev", "auth": "totp"}
    command = RegisterModel.of(world.get(Model, MODEL)).model_copy(update={"model": "models/ops/other"})
    world.do(command.model_copy(update={"proof": world.proof("vera")}))
    assert world.get(Model, "models/ops/other").registered_by == "vera"


NOTED: dict[str, tuple[tuple[AppliedStandard, ...], dict[str, str]]] = {
    "only observed": (OBSERVED, {"note": "nothing is enforced"}),
    "only warned": (rules(("baseline", "warn")), {"note": "nothing is enforced"}),
    "enforced": (rules(("baseline", "enforce")), {}),
}


@pytest.mark.parametrize("case", NOTED.values(), ids=NOTED)
def test_a_first_registration_notes_when_nothing_is_enforced(
    case: tuple[tuple[AppliedStandard, ...], dict[str, str]], world: World
) -> None:
    standards, data = case
    world.model(standards=standards)
    assert world.events("model.registered")[0]["data"] == data
