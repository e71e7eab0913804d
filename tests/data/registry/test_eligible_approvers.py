"""Who could decide now is exactly whom the ruling on a decision lets sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest

from data.errors import RefusedError
from data.records.approval import ApprovalRequest, EligibleApprover, RequiredRole
from data.records.model import Model
from data.records.person import Person, Role
from data.records.version import Version
from data.registry.commands.person import AddPerson, RevokePerson
from data.registry.eligible_approvers import eligible_approvers, holders, validators
from data.registry.registry import Receipt
from tests.world import World


def named(world: World, request: ApprovalRequest) -> list[str]:
    with world.registry.reading() as state:
        found = eligible_approvers(state, request, world.now)
    return [one.person + (f" for {one.deputy_of}" if one.deputy_of else "") for one in found]


def stands_in(world: World, person: str, principal: str = "alma") -> Receipt:
    return world.grant(person, deputy_of=principal, to_at=world.now + timedelta(days=5))


def leaves(world: World, person: str) -> Receipt:
    return world.do(RevokePerson(person=person, reason="left", proof=world.proof("adam")), by="adam")


Prepare = Callable[[World, ApprovalRequest], object]
CASES: Mapping[str, tuple[Prepare, list[str]]] = {
    "everybody who holds the role": (lambda w, r: None, ["alma", "axel"]),
    "who submitted the version cannot": (lambda w, r: w.grant("dev"), ["alma", "axel"]),
    "who decided already cannot again": (lambda w, r: w.decide(r, "alma"), ["axel"]),
    "who recused has decided": (lambda w, r: w.decide(r, "axel", "recuse"), ["alma"]),
    "who left the roster cannot": (lambda w, r: leaves(w, "axel"), ["alma"]),
    "a role for another team does not count": (lambda w, r: w.grant("rita", team="finance"), ["alma", "axel"]),
    "a role for other tiers does not count": (lambda w, r: w.grant("rita", tiers=(3,)), ["alma", "axel"]),
    "a role for another environment does not count": (
        lambda w, r: w.grant("rita", environment="staging"),
        ["alma", "axel"],
    ),
    "a deputy can, and it is said for whom": (lambda w, r: stands_in(w, "rita"), ["alma", "axel", "rita for alma"]),
    "a deputy of somebody not independent cannot": (
        lambda w, r: (w.grant("dev"), stands_in(w, "rita", "dev")),
        ["alma", "axel"],
    ),
    "a deputy of somebody who decided cannot": (
        lambda w, r: (stands_in(w, "rita"), w.decide(r, "alma")),
        ["axel"],
    ),
    "a deputy of somebody who left cannot": (lambda w, r: (stands_in(w, "rita"), leaves(w, "alma")), ["axel"]),
    "two who stand in for each other can, each in their own right": (
        lambda w, r: (stands_in(w, "axel"), stands_in(w, "alma", "axel")),
        ["alma", "axel"],
    ),
    "who holds it too needs nobody to stand in for": (
        lambda w, r: (w.grant("rita"), stands_in(w, "rita")),
        ["alma", "axel", "rita"],
    ),
}


@pytest.fixture(autouse=True)
def held(world: World) -> Iterator[None]:
    """The registry stays open for the test: a command takes a millisecond where opening takes fifty."""
    with world.registry.store.session():
        yield


@pytest.mark.parametrize(("prepare", "who"), CASES.values(), ids=CASES)
def test_it_agrees_with_the_ruling_on_everybody(world: World, prepare: Prepare, who: list[str]) -> None:
    request = world.requested(approvers=9)
    prepare(world, request)
    assert named(world, request) == who
    able = {name.partition(" for ")[0] for name in who}
    for person in [one.person for one in world.find(Person, state="active") if one.person not in able]:
        with pytest.raises(RefusedError):
            world.decide(request, person)
    for person, _, principal in (name.partition(" for ") for name in who):
        if principal not in able:
            world.decide(request, person, deputy_of=principal or None)


def test_who_validated_it_is_not_asked_where_that_is_kept_apart(world: World) -> None:
    world.grant("vera")
    stands_in(world, "rita", "vera")
    version = world.validated()
    assert named(world, world.requested(version, approvers=9)) == ["alma", "axel", "rita for vera", "vera"]
    apart = world.requested(version, approvers=9, by="otto", apart_from_validator=True)
    assert named(world, apart) == ["alma", "axel"]


def test_each_role_that_is_asked_is_named(world: World) -> None:
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


def test_who_holds_a_role_for_a_model_and_could_prove_it(world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")), by="adam")
    for person, scope in {"nina": {}, "vera": {"team": "finance"}, "dev": {"tiers": (2,)}}.items():
        world.grant(person, Role.OPERATOR, **scope)
    model = world.get(Model, world.model())
    with world.registry.reading() as state:
        assert holders(state, model, [Role.OPERATOR, Role.OWNER], "production", world.now) == ("dev", "olga", "otto")


def test_who_is_not_enrolled_could_not_prove_who_they_are(world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")), by="adam")
    world.grant("nina")
    assert named(world, world.requested()) == ["alma", "axel"]


def test_who_could_conclude_on_a_version(world: World) -> None:
    version = world.get(Version, world.version())
    for person in ("dev", "rita"):
        world.grant(person, Role.VALIDATOR)
    world.grant("otto", Role.VALIDATOR, deputy_of="dev", to_at=world.now + timedelta(days=5))
    world.grant("alma", Role.VALIDATOR, tiers=(4,))
    with world.registry.reading() as state:
        assert validators(state, version, world.now) == ("rita", "vera")
