"""Parties of a retirement: notices, answers or accepted silence, and a transition before the sunset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from data.errors import (
    IllegalMoveError,
    InputError,
    ModelwardError,
    NotAuthorisedError,
    NotFoundError,
    ProofError,
    TransitionIncompleteError,
)
from data.records.retirement import Retirement, RetirementParty
from data.registry.commands.retirement import (
    AcceptSilence,
    ApproveRetirement,
    RecordNotices,
)
from data.registry.rules.retirement_party import what_is_missing
from tests.operations import Preparations, held
from tests.retirement_states import (
    GATES,
    KEY,
    VERSION,
    accepted,
    answered,
    approved,
    noticed,
    opened,
    planned,
    transition_planned,
)
from tests.world import World


@pytest.fixture
def world(preparations: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A copy of the world in which version 1 serves, its registry held open."""
    with held(preparations.template("serving"), tmp_path / "home", monkeypatch) as world:
        yield world


def test_further_notices_are_counted(world: World) -> None:
    opened(world)
    noticed(world)
    first = world.now
    world.move(days=3)
    noticed(world, "crew")
    rows = {one.system: (one.notices, one.noticed_at) for one in world.find(RetirementParty, retirement=KEY)}
    assert rows == {"crew": (2, first), "gates": (1, first), "shadow-it": (1, first)}


BAD_NOTICES: dict[str, tuple[tuple[str, ...], type[ModelwardError]]] = {
    "to nobody": ((), InputError),
    "to a system twice": (("gates", "gates"), InputError),
    "to an unknown system": (("stranger",), NotFoundError),
}


@pytest.mark.parametrize("systems, error", BAD_NOTICES.values(), ids=BAD_NOTICES.keys())
def test_a_notice_is_refused(systems: tuple[str, ...], error: type[ModelwardError], world: World) -> None:
    opened(world)
    with pytest.raises(error):
        world.do(RecordNotices(key=KEY, systems=systems, outbox_digest="d"))


def test_a_party_may_change_its_answer_until_the_plan_is_approved(world: World) -> None:
    opened(world)
    noticed(world)
    answered(world, answer="objected")
    answered(world)
    row = world.get(RetirementParty, GATES)
    assert (row.answer, row.answered_by, row.answered_at) == ("acknowledged", "gil", world.now)


def test_an_objection_needs_a_settlement(world: World) -> None:
    opened(world)
    noticed(world)
    answered(world, answer="objected")
    party, retirement = world.get(RetirementParty, GATES), world.get(Retirement, KEY)
    assert "gates lacks a settlement of its objection" in what_is_missing(party, retirement)


def test_a_late_answer_replaces_an_accepted_silence(world: World) -> None:
    opened(world)
    noticed(world)
    accepted(world, "gates")
    row = world.get(RetirementParty, GATES)
    assert (row.answer, row.answered_by, row.silence_reason) == ("silence accepted", "rita", "asked three times")
    answered(world)
    row = world.get(RetirementParty, GATES)
    assert (row.answer, row.silence_reason) == ("acknowledged", "")


def test_a_silence_without_a_notice_is_not_accepted(world: World) -> None:
    opened(world)
    noticed(world, "crew")
    with pytest.raises(IllegalMoveError, match="gates got no notice yet"):
        accepted(world, "gates")


def test_the_silence_of_a_party_that_answered_is_not_accepted(world: World) -> None:
    opened(world)
    noticed(world)
    answered(world, answer="objected")
    with pytest.raises(IllegalMoveError, match="gates has answered already: objected"):
        accepted(world, "gates")


def test_only_a_risk_acceptor_accepts_a_silence(world: World) -> None:
    opened(world)
    noticed(world)
    with pytest.raises(NotAuthorisedError, match="alma does not hold the role risk-acceptor"):
        accepted(world, by="alma")
    wrong = world.proof("rita").model_copy(update={"code": "000000"})
    with pytest.raises(ProofError):
        world.do(AcceptSilence(key=KEY, system="crew", reason="r", proof=wrong))


def test_a_transition_after_the_sunset_is_refused(world: World) -> None:
    opened(world)
    noticed(world)
    with pytest.raises(InputError, match="after the sunset"):
        transition_planned(world, "gates", cut_over_at=world.get(Retirement, KEY).sunset_at + timedelta(seconds=1))


def test_a_transition_before_the_notices_leaves_the_retirement_opened(world: World) -> None:
    opened(world)
    transition_planned(world, "gates")
    assert world.get(Retirement, KEY).state == "opened"


def test_after_the_approval_a_transition_can_only_be_marked_as_moved(world: World) -> None:
    approved(world)
    with pytest.raises(IllegalMoveError, match="is to version 2 and cannot be changed"):
        transition_planned(world, "gates", moves_to="a table", moved=True)
    with pytest.raises(IllegalMoveError):
        transition_planned(world, "gates")
    transition_planned(world, "gates", moved=True)
    assert world.get(RetirementParty, GATES).transition == "moved"
    assert world.get(Retirement, KEY).state == "approved"


def test_a_cut_over_after_the_sunset_makes_the_plan_incomplete(world: World) -> None:
    planned(world)
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE retirement_party SET cut_over_at = '2014-01-01T00:00:00.000000Z'")
    with pytest.raises(TransitionIncompleteError, match="gates lacks a cut-over before the sunset"):
        world.do(ApproveRetirement(key=KEY, request=f"{VERSION}/requests/1"))
