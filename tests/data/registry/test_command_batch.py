"""Many commands in one transaction: each is judged separately and becomes one event; a refusal affects no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from data.audit.body import leaf_hash
from data.audit.verifier import verify
from data.errors import ConflictError, InputError, ModelwardError, NotFoundError
from data.records.monitoring import MonitoringRun
from data.records.person import Actor, Person, RoleGrant
from data.records.row import Row
from data.records.run_context import RunContext
from data.registry.command import Command
from data.registry.command_batch import Receipt
from data.registry.commands.monitoring import RecordMonitoring
from data.registry.commands.person import AddPerson
from data.registry.registry import LARGEST_BATCH, Refusal
from data.registry.state import State
from tests.empty_registry import replay
from tests.replay import Replay
from tests.world import MODEL, World

__all__ = ["replay"]


def add(person: str) -> AddPerson:
    return AddPerson(person=person, printed_name=person.title())


def together(world: Replay, *commands: Command) -> list[Receipt | Refusal]:
    return world.registry.execute_together(commands, RunContext(Actor(id="ana"), world.now, "run-7"))


def night(model: str, **changes: Any) -> RecordMonitoring:
    fields: dict[str, Any] = {
        "plan": f"{model}/monitoring-plans/1", "from_date": "2013-04-01", "to_date": "2013-04-07", "versions": (),
        "rows": 0, "labelled": 0, "partitions": (), "measurements_digest": "sha256:" + "0" * 64, "counts": {},
        "outcomes": {},
    }  # fmt: skip
    return RecordMonitoring(model=model, **{**fields, **changes})


def codes(outcomes: Sequence[Receipt | Refusal]) -> list[str]:
    return [one.type.value if isinstance(one, Receipt) else one.code for one in outcomes]


OUTCOMES: dict[str, tuple[list[Command], list[str], list[str]]] = {
    "no command is no event": ([], [], []),
    "each command is one event": ([add("ana"), add("bob")], ["person.added"] * 2, ["person.added"] * 2),
    "a refusal is returned as a value and recorded": (
        [add("ana"), add("B o b"), add("cleo")],
        ["person.added", "invalid name", "person.added"],
        ["person.added", "command.refused", "person.added"],
    ),
    "a rule sees the rows of earlier commands": (
        [add("ana"), add("ana")],
        ["person.added", "input"],
        ["person.added", "command.refused"],
    ),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_each_command_has_its_outcome_and_its_event(replay: Replay, case: str) -> None:
    commands, outcomes, types = OUTCOMES[case]
    assert codes(together(replay, *commands)) == outcomes
    assert [event["type"] for event in replay.events()][1:] == types


@pytest.mark.closed_registry
def test_receipts_refer_to_their_events_and_the_log_verifies(replay: Replay) -> None:
    receipts = together(replay, *(add(f"p{number}") for number in range(120)))
    lines = list(replay.registry.journal.bodies())
    events = [json.loads(line) for line in lines]
    assert [(one.seq, one.id) for one in receipts if isinstance(one, Receipt)] == [
        (one["seq"], one["id"]) for one in events[1:]
    ]
    assert [one["prev"] for one in events[1:]] == [leaf_hash(line).hex() for line in lines[:-1]]
    assert {one["refs"]["run"] for one in events[1:]} == {"run-7"}
    home = replay.home
    report = verify(
        home.database, home.journal, [(one, path) for one, path in replay.registry.anchor_files], None, True
    )
    assert (report.ok, report.events, report.findings) == (True, 121, [])


def test_the_same_window_twice_in_one_batch_is_one_event_and_two_receipts(world: World) -> None:
    world.model()
    first, again = together(world, night(MODEL), night(MODEL))
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (first.seq, first.id) == (again.seq, again.id)
    assert len(world.events("monitoring.recorded")) == len(world.find(MonitoringRun)) == 1


def test_a_command_that_cannot_be_written_to_the_log_is_refused_alone(world: World) -> None:
    world.model()
    other = world.model("models/ops/other")
    outcomes = together(world, night(MODEL, headline={"auc": float("inf")}), night(other), night("models/ops/moon"))
    assert [type(one) for one in outcomes] == [InputError, Receipt, NotFoundError]
    assert [one.model for one in world.find(MonitoringRun)] == [other]
    assert [event["data"].get("code") for event in world.events()[-3:]] == ["input", None, "not found"]


def rival(takes: str) -> Callable[[State, Row], None]:
    """Return an `apply` that raises ConflictError after it has written the row `takes`."""
    apply = State.apply

    def losing(state: State, row: Row) -> None:
        apply(state, row)
        if row.key == takes:
            raise ConflictError(f"{row.key} was changed by another command in the meantime")

    return losing


def test_a_command_with_a_conflict_is_refused_and_the_others_are_carried_out(
    replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as race:
        race.setattr(State, "apply", rival("people/bob"))
        assert codes(together(replay, add("ana"), add("bob"), add("cleo"))) == [
            "person.added", "conflict", "person.added",
        ]  # fmt: skip
    assert [one.person for one in replay.find(Person)] == ["ana", "cleo"]
    assert [event["seq"] for event in replay.events()] == [0, 1, 2, 3]


def test_an_unexpected_error_in_a_batch_leaves_no_event(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as fault:
        fault.setattr("data.registry.command_batch.AuditLog.write", breaking)
        with pytest.raises(ZeroDivisionError):
            together(replay, add("ana"), add("bob"))
    assert (replay.find(Person), len(replay.events())) == ([], 1)
    together(replay, add("ana"), add("bob"))
    assert [event["seq"] for event in replay.events()] == [0, 1, 2]


def too_many(_: World) -> list[Command]:
    return [add("ana")] * (LARGEST_BATCH + 1)


def one_with_a_code(world: World) -> list[Command]:
    return [add("ana"), AddPerson(person="bob", printed_name="Bob", proof=world.proof("adam"))]


@pytest.mark.parametrize("make", [too_many, one_with_a_code])
def test_a_batch_that_is_not_allowed_is_refused_before_any_change(
    world: World, make: Callable[..., list[Command]]
) -> None:
    commands = make(world)
    before = len(world.events())
    with pytest.raises(ModelwardError):
        together(world, *commands)
    assert len(world.events()) == before


def test_a_receipt_gives_its_rows_by_type(world: World) -> None:
    receipt = world.grant("outsider", "operator")
    assert receipt.rows_of(RoleGrant) == [receipt.row(RoleGrant)]
    assert receipt.row(RoleGrant).person == "outsider"
    assert receipt.rows_of(MonitoringRun) == []


def test_a_receipt_without_a_row_of_the_type_raises_an_error_with_its_event(world: World) -> None:
    receipt = world.grant("outsider", "operator")
    with pytest.raises(NotFoundError) as missing:
        receipt.row(MonitoringRun)
    assert missing.value.what == "the event role.granted wrote no monitoring_run row"
    assert missing.value.remedy == f"run `modelward audit log --limit 0 --json` to read event {receipt.seq}"
