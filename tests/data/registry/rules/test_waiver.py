"""Waivers: requested by one person, granted by another, for a time; the approval that uses one ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import IllegalMoveError, IndependenceError, InputError, ModelwardError, NotAuthorisedError, ProofError
from data.records.person import Role
from data.records.review import Waiver
from data.records.verdict import Failed, Judgement
from data.records.version import Version
from data.registry.command import Proof
from data.registry.commands.review import DecideWaiver, ExpireWaiver, RequestWaiver, RevokeWaiver
from data.registry.commands.version import RejectVersion
from tests.world import MODEL, Template, World, WorldAction

VERSION = f"{MODEL}/versions/1"
KEY = f"{VERSION}/waivers/1"


@pytest.fixture(scope="module")
def waiver_requested(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world in which olga requested a waiver for a validated version, for ten days."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = founded.copy(tmp_path_factory.mktemp("wanted") / "home", monkeypatch)
        with world.registry.store.session():
            world.validated()
            world.do(asking(world), by="olga")
    return Template(world.home.root, world.now)


@pytest.fixture
def world(waiver_requested: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = waiver_requested.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


def asking(world: World, **changes: Any) -> RequestWaiver:
    fields = {"version": VERSION, "control": "performance", "reason": "labels are late"}
    return RequestWaiver.model_validate({**fields, "expires_at": world.now + timedelta(days=10), **changes})


def decided(by: str = "rita", grant: bool = True, reason: str = "", **proof: str) -> WorldAction:
    def act(world: World) -> object:
        proven = Proof(**proof) if proof else world.proof(by)
        return world.do(DecideWaiver(key=KEY, grant=grant, reason=reason, proof=proven), by=by)

    return act


def revoked(by: str = "rita") -> WorldAction:
    return lambda w: w.do(RevokeWaiver(key=KEY, reason="it got worse", proof=w.proof(by)), by=by)


def expired(world: World) -> object:
    return world.do(ExpireWaiver(key=KEY), by="modelward")


def approved(world: World, waived: bool = True) -> None:
    """Approve the version on verdicts that are cleared by the waiver, or without it."""
    failed = Failed(reason="0.5 is under 0.6", remedy="train again")
    judgement = Judgement(control="performance", gate="performance", criterion="auc", verdict=failed, waived_by=KEY)
    request = world.requested(VERSION, verdict_set=world.judge(VERSION, "approve", *((judgement,) if waived else ())))
    for person in ("alma", "axel"):
        world.decide(request, person)


REFUSED: dict[str, tuple[WorldAction, type[ModelwardError], str]] = {
    "a request with a past end": (
        lambda w: w.do(asking(w, expires_at=w.now)), InputError, "must be in the future"
    ),
    "a request without a reason": (lambda w: w.do(asking(w, reason=" ")), InputError, "the reason of the waiver"),
    "a request without a control": (lambda w: w.do(asking(w, control=" ")), InputError, "the control of the waiver"),
    "a request for a rejected version": (
        lambda w: (w.do(RejectVersion(version=VERSION, reason="x")), w.do(asking(w))), IllegalMoveError, "is rejected"
    ),
    "granting by the requester": (
        lambda w: (w.grant("olga", Role.RISK_ACCEPTOR), decided("olga")(w)), IndependenceError, "asked for"
    ),
    "granting by a contributor": (
        lambda w: (w.grant("dev", Role.APPROVER), decided("dev")(w)), IndependenceError, "submitted"
    ),
    "granting by a validator": (decided("vera"), NotAuthorisedError, "does not hold the role approver or"),
    "granting with a wrong code": (decided(person="rita", code="000000"), ProofError, "wrong"),
    "refusing without a reason": (decided(grant=False), InputError, "needs a reason"),
    "granting a decided waiver": (lambda w: (decided()(w), decided("alma")(w)), IllegalMoveError, "is granted"),
    "granting after the end": (lambda w: (w.move(days=11), decided()(w)), IllegalMoveError, "has passed"),
    "revoking a waiver that is not granted": (revoked(), IllegalMoveError, "is requested"),
    "revoking by an outsider": (lambda w: (decided()(w), revoked("outsider")(w)), NotAuthorisedError, "does not hold"),
    "expiring before the end": (lambda w: (decided()(w), expired(w)), IllegalMoveError, "expires at 2013-03-1"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_command_is_refused_and_recorded(case: tuple[WorldAction, type[ModelwardError], str], world: World) -> None:
    act, error, words = case
    with pytest.raises(error, match=words):
        act(world)
    assert world.events()[-1]["type"] == "command.refused"


@pytest.mark.parametrize("person", ["alma", "rita"])
def test_an_approver_or_risk_acceptor_grants(person: str, world: World) -> None:
    decided(person)(world)
    row = world.get(Waiver, KEY)
    assert (row.state, row.approver, row.granted_at, row.requester) == ("granted", person, world.now, "olga")
    assert world.events()[-1]["type"] == "waiver.granted"


def test_a_refused_waiver_keeps_the_reason(world: World) -> None:
    decided(grant=False, reason="measure first")(world)
    row = world.get(Waiver, KEY)
    assert (row.state, row.ended_reason, row.granted_at) == ("refused", "measure first", None)


ENDS: dict[str, tuple[WorldAction, str]] = {
    "revoked": (revoked(), "it got worse"),
    "expired": (lambda w: (w.move(days=11), expired(w)), "expired"),
}


@pytest.mark.parametrize("state", ENDS)
def test_the_approval_that_used_the_waiver_is_revoked_in_the_same_event(state: str, world: World) -> None:
    end, reason = ENDS[state]
    decided()(world)
    approved(world)
    end(world)
    version = world.get(Version, VERSION)
    assert (world.get(Waiver, KEY).state, version.review_state) == (state, "revoked")
    assert reason in version.state_reason
    assert {row["table"] for row in world.events()[-1]["rows"]} >= {"waiver", "version"}


@pytest.mark.parametrize("state", ENDS)
def test_an_approval_without_the_waiver_stays(state: str, world: World) -> None:
    decided()(world)
    approved(world, waived=False)
    ENDS[state][0](world)
    assert world.get(Version, VERSION).review_state == "approved"


@pytest.mark.parametrize("state", ENDS)
def test_a_version_not_approved_keeps_its_state(state: str, world: World) -> None:
    decided()(world)
    ENDS[state][0](world)
    assert world.get(Version, VERSION).review_state == "validated"


def test_an_undecided_waiver_expires(world: World) -> None:
    world.move(days=11)
    expired(world)
    assert world.get(Waiver, KEY).state == "expired"
