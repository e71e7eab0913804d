"""Eligible approvers: exactly the people whose vote the rule would accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from data.errors import NotAuthorisedError, RefusedError
from data.records.approval import ApprovalRequest, EligibleApprover, RequiredRole
from data.records.model import Model
from data.records.person import Person, Role
from data.records.version import Version
from data.registry.commands.person import AddPerson, RevokePerson
from data.registry.eligible_approvers import eligible_approvers, holders, validators
from data.registry.registry import Receipt
from tests.operations import Preparations, held
from tests.world import Template, World


def named(world: World, request: ApprovalRequest) -> list[str]:
    with world.registry.reading() as state:
        found = eligible_approvers(state, request, world.now)
    return [one.person + (f" for {one.deputy_of}" if one.deputy_of else "") for one in found]


def deputise(world: World, person: str, principal: str = "alma") -> Receipt:
    return world.grant(person, deputy_of=principal, to_at=world.now + timedelta(days=5))


def remove(world: World, person: str) -> Receipt:
    return world.do(RevokePerson(person=person, reason="left", proof=world.proof("adam")), by="adam")


Prepare = Callable[[World, ApprovalRequest], object]
CASES: Mapping[str, tuple[Prepare, list[str]]] = {
    "everybody who holds the role": (lambda w, r: None, ["alma", "axel"]),
    "not the submitter of the version": (lambda w, r: w.grant("dev"), ["alma", "axel"]),
    "nobody who voted already": (lambda w, r: w.decide(r, "alma"), ["axel"]),
    "nobody who recused": (lambda w, r: w.decide(r, "axel", "recuse"), ["alma"]),
    "nobody removed from the roster": (lambda w, r: remove(w, "axel"), ["alma"]),
    "a role for another team does not count": (lambda w, r: w.grant("rita", team="finance"), ["alma", "axel"]),
    "a role for other tiers does not count": (lambda w, r: w.grant("rita", tiers=(3,)), ["alma", "axel"]),
    "a role for another environment does not count": (
        lambda w, r: w.grant("rita", environment="staging"),
        ["alma", "axel"],
    ),
    "a deputy, with the person they represent": (lambda w, r: deputise(w, "rita"), ["alma", "axel", "rita for alma"]),
    "no deputy of a person who is not independent": (
        lambda w, r: (w.grant("dev"), deputise(w, "rita", "dev")),
        ["alma", "axel"],
    ),
    "no deputy of a person who voted": (
        lambda w, r: (deputise(w, "rita"), w.decide(r, "alma")),
        ["axel"],
    ),
    "no deputy of a removed person": (lambda w, r: (deputise(w, "rita"), remove(w, "alma")), ["axel"]),
    "two deputies of each other, each holding the role directly": (
        lambda w, r: (deputise(w, "axel"), deputise(w, "alma", "axel")),
        ["alma", "axel"],
    ),
    "a deputy who holds the role is listed directly": (
        lambda w, r: (w.grant("rita"), deputise(w, "rita")),
        ["alma", "axel", "rita"],
    ),
}


@pytest.fixture(scope="module")
def preparations(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The world with a pending request for nine approvers."""
    ways = {"nine_approvers": lambda world: world.requested(approvers=9)}
    return Preparations(founded, tmp_path_factory.mktemp("preparations"), ways)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, preparations: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A copy of the world, its registry held open; with the request if the test names `nine_approvers`."""
    begin = "nine_approvers" if "nine_approvers" in request.fixturenames else ""
    with held(preparations.template(begin), tmp_path / "home", monkeypatch) as world:
        yield world


@pytest.fixture
def nine_approvers(preparations: Preparations) -> ApprovalRequest:
    """The pending request for nine approvers."""
    return cast("ApprovalRequest", preparations.result("nine_approvers"))


@pytest.mark.parametrize(("prepare", "who"), CASES.values(), ids=CASES)
def test_eligible_people_can_vote_and_all_others_are_refused(
    world: World, nine_approvers: ApprovalRequest, prepare: Prepare, who: list[str]
) -> None:
    prepare(world, nine_approvers)
    assert named(world, nine_approvers) == who
    able = {name.partition(" for ")[0] for name in who}
    for person in [one.person for one in world.find(Person, state="active") if one.person not in able]:
        with pytest.raises(RefusedError):
            world.decide(nine_approvers, person)
    for person, _, principal in (name.partition(" for ") for name in who):
        if principal not in able:
            world.decide(nine_approvers, person, deputy_of=principal or None)


def test_validators_are_not_eligible_when_the_standard_separates_them(world: World) -> None:
    world.grant("vera")
    deputise(world, "rita", "vera")
    version = world.validated()
    assert named(world, world.requested(version, approvers=9)) == ["alma", "axel", "rita for vera", "vera"]
    separated = world.requested(version, approvers=9, by="otto", apart_from_validator=True)
    assert named(world, separated) == ["alma", "axel"]


def test_each_required_role_is_listed(world: World) -> None:
    required = (RequiredRole(role=Role.OWNER), RequiredRole(role=Role.APPROVER))
    world.grant("olga")
    request = world.requested(required=required)
    with world.registry.reading() as state:
        found = eligible_approvers(state, request, world.now)
    assert [(one.person, one.role) for one in found] == [
        ("alma", "approver"),
        ("axel", "approver"),
        ("olga", "owner"),
        ("olga", "approver"),
    ]
    assert found[0] == EligibleApprover("alma", "Alma", Role.APPROVER)


def test_the_owner_of_another_model_cannot_sign_as_the_owner_of_this_one(world: World) -> None:
    world.grant("rita", Role.OWNER)
    world.grant("otto", Role.OWNER, deputy_of="rita", to_at=world.now + timedelta(days=5))
    world.grant("vera", Role.OWNER, deputy_of="olga", to_at=world.now + timedelta(days=5))
    request = world.requested(required=(RequiredRole(role=Role.OWNER, count=2),))
    assert named(world, request) == ["olga", "vera for olga"]
    for person, principal in (("rita", None), ("otto", "rita")):
        with pytest.raises(NotAuthorisedError, match="is not the owner of ops/delay; its owner is olga.*\n.*ask olga"):
            world.decide(request, person, role=Role.OWNER, deputy_of=principal)
    assert world.decide(request, "vera", role=Role.OWNER, deputy_of="olga").type == "approval.decided"


def test_an_owner_without_the_role_cannot_sign(world: World) -> None:
    version = world.version()
    world.model(owner="rita", proof=world.proof("rita"))
    world.validated(version)
    request = world.requested(version, required=(RequiredRole(role=Role.OWNER),))
    assert named(world, request) == []
    with pytest.raises(NotAuthorisedError, match="rita does not hold the role owner"):
        world.decide(request, "rita", role=Role.OWNER)


def test_holders_have_the_role_for_the_model_and_a_credential(world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")), by="adam")
    for person, scope in {"nina": {}, "vera": {"team": "finance"}, "dev": {"tiers": (2,)}}.items():
        world.grant(person, Role.OPERATOR, **scope)
    model = world.get(Model, world.model())
    with world.registry.reading() as state:
        assert holders(state, model, [Role.OPERATOR, Role.OWNER], "production", world.now) == ("dev", "olga", "otto")


def test_a_person_who_is_not_enrolled_is_not_eligible(world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")), by="adam")
    world.grant("nina")
    assert named(world, world.requested()) == ["alma", "axel"]


def test_validators_are_independent_and_hold_the_role_for_the_tier(world: World) -> None:
    version = world.get(Version, world.version())
    for person in ("dev", "rita"):
        world.grant(person, Role.VALIDATOR)
    world.grant("otto", Role.VALIDATOR, deputy_of="dev", to_at=world.now + timedelta(days=5))
    world.grant("alma", Role.VALIDATOR, tiers=(4,))
    with world.registry.reading() as state:
        assert validators(state, version, world.now) == ("rita", "vera")
