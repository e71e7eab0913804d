"""The roster: two founders without proof, later changes with an administrator's code, never the last administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import IllegalMoveError, InputError, ModelwardError, NotAuthorisedError, NotFoundError, ProofError
from data.files.home import Home
from data.records.person import Actor, Credential, Person, Role, RoleGrant
from data.registry.command import Command, Proof
from data.registry.commands.person import AddPerson, Deputise, EndRole, EnrolPerson, GrantRole, RevokePerson
from data.registry.enrolment import enrol
from data.registry.registry import Registry
from tests.replay import Replay
from tests.world import FOUNDED_AT, Template, World

Make = Callable[[World], Command]


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world with its registry held open."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Replay]:
    """A registry with nobody on its roster."""
    Registry(Home(tmp_path)).create(clock="replay")
    replay = Replay(tmp_path, FOUNDED_AT)
    with replay.registry.store.session():
        yield replay


def proven(command: type[Command], by: str = "adam", **fields: Any) -> Make:
    return lambda world: command(**{"proof": world.proof(by), **fields})


def wrong(command: type[Command], by: str, **fields: Any) -> Make:
    return lambda world: command(**{"proof": Proof(person=by, code="000000"), **fields})


def plain(command: type[Command], **fields: Any) -> Make:
    return lambda world: command(**fields)


NEW: dict[str, Any] = {"person": "nina", "printed_name": "Nina"}
ADMIN, APPROVER = Role.ADMINISTRATOR, Role.APPROVER
REFUSED: dict[str, tuple[Make, type[ModelwardError], str]] = {
    "adding without a code": (plain(AddPerson, **NEW), NotAuthorisedError, "one-time code of an administrator"),
    "adding with a wrong code": (wrong(AddPerson, "adam", **NEW), ProofError, "wrong"),
    "adding with an approver's code": (proven(AddPerson, "alma", **NEW), NotAuthorisedError, "does not hold the role"),
    "a malformed id": (proven(AddPerson, person="Nina N", printed_name="N"), InputError, "is not a valid person id"),
    "an id of a thousand letters": (
        proven(AddPerson, person="n" * 1_000, printed_name="N"), InputError, "is not a valid person id"
    ),
    "an id in use": (proven(AddPerson, person="dev", printed_name="D"), InputError, "is in use already"),
    "enrolling without a code": (plain(EnrolPerson, person="dev", credential=1), InputError, "no unused seed"),
    "enrolling without a stored seed": (
        proven(EnrolPerson, person="dev", credential=7), InputError, "no unused seed"
    ),
    "revoking without a code": (plain(RevokePerson, person="dev", reason="x"), NotAuthorisedError, "one-time code"),
    "revoking oneself": (proven(RevokePerson, person="adam", reason="x"), NotAuthorisedError, "their own entry"),
    "revoking an unknown person": (proven(RevokePerson, person="nina", reason="x"), NotFoundError, "nina"),
    "granting without a code": (plain(GrantRole, person="dev", role=APPROVER), NotAuthorisedError, "one-time code"),
    "granting oneself a role": (proven(GrantRole, person="adam", role=APPROVER), NotAuthorisedError, "their own entry"),
    "granting a role in the past": (
        proven(GrantRole, person="dev", role=APPROVER, from_at=FOUNDED_AT), InputError, "cannot begin in the past"
    ),
    "granting a role that ended": (
        proven(GrantRole, person="dev", role=APPROVER, to_at=FOUNDED_AT), InputError, "must end after it begins"
    ),
    "an unknown tier": (proven(GrantRole, person="dev", role=APPROVER, tiers=(0, 5)), InputError, "tier: 0, 5"),
    "granting for a malformed team": (
        proven(GrantRole, person="dev", role=APPROVER, team="a b"), InputError, "is not a valid team"
    ),
    "granting for a malformed environment": (
        proven(GrantRole, person="dev", role=APPROVER, environment="%"), InputError, "is not a valid environment"
    ),
    "a limited administrator": (proven(GrantRole, person="dev", role=ADMIN, team="ops"), InputError, "cannot be"),
    "a deputy without an end": (
        proven(GrantRole, person="dev", role=APPROVER, deputy_of="alma"), InputError, "needs an end"
    ),
    "a deputy of oneself": (
        lambda w: GrantRole(
            person="alma", role=APPROVER, deputy_of="alma", to_at=w.now + timedelta(days=1), proof=w.proof("adam")
        ),
        InputError, "their own deputy",
    ),
    "a deputy of a person without the role": (
        lambda w: GrantRole(
            person="dev", role=APPROVER, deputy_of="vera", to_at=w.now + timedelta(days=1), proof=w.proof("adam")
        ),
        NotAuthorisedError, "vera does not hold the role approver directly now",
    ),
    "a deputy of a deputy": (
        lambda w: (
            w.grant("dev", deputy_of="alma", to_at=w.now + timedelta(days=9)),
            GrantRole(
                person="otto", role=APPROVER, deputy_of="dev", team="ops", environment="production",
                to_at=w.now + timedelta(days=1), proof=w.proof("adam"),
            ),
        )[1],
        NotAuthorisedError, "dev does not hold .* directly now for team ops and environment production",
    ),
    "a deputy of an administrator": (
        lambda w: Deputise(
            person="dev", role=ADMIN, deputy_of="ada", to_at=w.now + timedelta(days=1), proof=w.proof("adam")
        ),
        InputError, "an administrator cannot have a deputy",
    ),
    "a deputy of a person without any grant of the role": (
        lambda w: Deputise(
            person="dev", role=APPROVER, deputy_of="vera", to_at=w.now + timedelta(days=1), proof=w.proof("adam")
        ),
        NotAuthorisedError, "vera does not hold the role approver directly between .* and .* UTC",
    ),
    "a deputy whose time ends before it begins": (
        lambda w: Deputise(person="dev", role=APPROVER, deputy_of="alma", to_at=w.now, proof=w.proof("adam")),
        InputError, "must end after it begins",
    ),
    "a deputy for oneself": (
        lambda w: Deputise(
            person="alma", role=APPROVER, deputy_of="alma", to_at=w.now + timedelta(days=1), proof=w.proof("adam")
        ),
        InputError, "their own deputy",
    ),
    "a deputy without a code": (
        lambda w: Deputise(person="dev", role=APPROVER, deputy_of="alma", to_at=w.now + timedelta(days=1)),
        NotAuthorisedError, "one-time code",
    ),
    "ending a role that is not held": (
        proven(EndRole, person="dev", role=APPROVER, reason="x"), IllegalMoveError, "does not hold the role"
    ),
    "ending one's own role": (proven(EndRole, person="adam", role=ADMIN, reason="x"), NotAuthorisedError, "own entry"),
    "ending a role without a code": (
        plain(EndRole, person="dev", role=Role.DEVELOPER, reason="x"), NotAuthorisedError, "one-time code"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_change_of_the_roster_is_refused(case: tuple[Make, type[ModelwardError], str], world: World) -> None:
    make, error, words = case
    command = make(world)
    people, grants = world.find(Person), world.find(RoleGrant)
    with pytest.raises(error, match=words):
        world.do(command, by="adam")
    last = world.events()[-1]
    assert (last["type"], last["data"]["attempted"]) == ("command.refused", command.name)
    assert (world.find(Person), world.find(RoleGrant)) == (people, grants)


def add(replay: Replay, person: str, **extra: Any) -> None:
    replay.do(AddPerson(person=person, printed_name=person.title(), **extra), by="root")


def test_the_first_two_become_administrators_without_proof(empty: Replay) -> None:
    add(empty, "one")
    add(empty, "two")
    with pytest.raises(NotAuthorisedError):
        add(empty, "three", proof=Proof(person="one", code="000000"))
    assert [(one.person, one.role) for one in empty.find(RoleGrant)] == [("one", ADMIN), ("two", ADMIN)]


def test_founders_enrol_once_without_proof(empty: Replay) -> None:
    for person in ("one", "two"):
        add(empty, person)
        enrol(empty.registry, person, Actor(id="root"), as_of=empty.now)
    with pytest.raises(NotAuthorisedError, match="one-time code of an administrator"):
        enrol(empty.registry, "one", Actor(id="root"), as_of=empty.now)
    with pytest.raises(NotAuthorisedError, match="their own entry"):
        enrol(empty.registry, "one", Actor(id="one"), empty.proof("one"), empty.now)


def test_an_enrolled_founder_makes_proofs_necessary(empty: Replay) -> None:
    add(empty, "one")
    enrol(empty.registry, "one", Actor(id="root"), as_of=empty.now)
    with pytest.raises(NotAuthorisedError):
        empty.do(GrantRole(person="one", role=APPROVER), by="root")
    add(empty, "two")
    enrol(empty.registry, "two", Actor(id="root"), as_of=empty.now)
    add(empty, "three", proof=empty.proof("two"))
    assert empty.get(Person, "people/three").added_by == "two"


def test_a_third_person_is_no_administrator(empty: Replay) -> None:
    add(empty, "one")
    add(empty, "two")
    add(empty, "three")
    with pytest.raises(NotFoundError):
        empty.get(RoleGrant, "people/three/roles/1")
    with pytest.raises(NotAuthorisedError):
        enrol(empty.registry, "two", Actor(id="root"), Proof(person="three", code="1"), empty.now)


def test_the_last_enrolled_administrator_cannot_be_removed(empty: Replay) -> None:
    add(empty, "one")
    add(empty, "two")
    enrol(empty.registry, "one", Actor(id="root"), as_of=empty.now)
    with pytest.raises(IllegalMoveError, match="no enrolled administrator would remain"):
        empty.do(EndRole(person="one", role=ADMIN, reason="x"))
    with pytest.raises(IllegalMoveError, match="no enrolled administrator would remain"):
        empty.do(RevokePerson(person="one", reason="x"))


def test_after_the_removal_of_a_founder_proofs_stay_necessary(world: World) -> None:
    world.do(RevokePerson(person="ada", reason="left", proof=world.proof("adam")), by="adam")
    with pytest.raises(NotAuthorisedError, match="one-time code"):
        world.do(AddPerson(person="mallory", printed_name="M"), by="root")
    with pytest.raises(NotAuthorisedError, match="one-time code"):
        world.do(GrantRole(person="dev", role=ADMIN), by="root")


def test_an_administrator_ends_the_role_of_another_one(world: World) -> None:
    world.do(EndRole(person="ada", role=ADMIN, reason="moved on", proof=world.proof("adam")), by="adam")
    (grant,) = world.find(RoleGrant, person="ada")
    assert grant.to_at == world.now
    with pytest.raises(NotAuthorisedError, match="does not hold the role administrator"):
        world.do(AddPerson(**NEW, proof=world.proof("ada")), by="ada")


def test_an_administrator_without_a_code_is_asked_to_enrol(world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", roles=(ADMIN,), proof=world.proof("adam")))
    with pytest.raises(NotAuthorisedError, match="nina is an administrator but is not enrolled") as refused:
        world.do(AddPerson(person="otis", printed_name="Otis", proof=Proof(person="nina", code="000000")))
    assert refused.value.remedy == "run `modelward people enrol nina`"


def test_a_removed_person_loses_roles_credential_and_id(world: World) -> None:
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    assert world.get(Person, "people/alma").state == "revoked"
    assert [one.to_at for one in world.find(RoleGrant, person="alma")] == [world.now]
    assert [one.state for one in world.find(Credential, person="alma")] == ["revoked"]
    with pytest.raises(InputError, match="alma belongs to a person who was removed; an id is never used again"):
        world.do(AddPerson(person="alma", printed_name="A", proof=world.proof("adam")))
    with pytest.raises(IllegalMoveError, match="removed from the roster"):
        world.grant("alma")


def test_a_second_person_with_the_same_operating_system_user_is_refused(world: World) -> None:
    world.do(AddPerson(**NEW, os_user="shared", proof=world.proof("adam")))
    with pytest.raises(InputError, match="operating-system user shared"):
        world.do(AddPerson(person="nils", printed_name="Nils", os_user="shared", proof=world.proof("adam")))


def test_a_grant_has_scope_and_granting_person(world: World) -> None:
    later = world.now + timedelta(days=1)
    world.grant("dev", Role.OWNER, team="ops", tiers=(1, 2), environment="staging", from_at=later)
    grant = world.find(RoleGrant, person="dev")[-1]
    assert (grant.team, grant.tiers, grant.environment, grant.from_at) == ("ops", (1, 2), "staging", later)
    assert (grant.granted_by, grant.to_at) == ("adam", None)
    assert world.events()[-1]["actor"] == {"id": "adam", "auth": "totp"}


def test_a_deputy_gets_each_scope_of_the_role_in_that_time(world: World) -> None:
    begins, ends = world.now + timedelta(days=2), world.now + timedelta(days=5)
    places: list[dict[str, Any]] = [
        {"team": "ops", "environment": "staging", "tiers": (1,)},
        {"team": "ops", "environment": "staging", "tiers": (1,), "from_at": world.now + timedelta(hours=1)},
        {"team": "later", "from_at": begins + timedelta(days=1)},
        {"team": "over", "to_at": begins},
        {"team": "after", "from_at": ends},
        {"team": "theirs", "deputy_of": "alma", "to_at": ends},
    ]
    for place in places:
        world.grant("rita", APPROVER, **place)
    command = Deputise(
        person="outsider", role=APPROVER, deputy_of="rita", from_at=begins, to_at=ends, proof=world.proof("adam")
    )
    world.do(command, by="adam")
    grants = world.find(RoleGrant, person="outsider")
    assert [(one.key[-1], one.scope) for one in grants] == [("1", "ops, tier 1, staging"), ("2", "later")]
    assert {(one.from_at, one.to_at, one.deputy_of, one.granted_by) for one in grants} == {
        (begins, ends, "rita", "adam")
    }


def test_a_future_role_is_ended_too(world: World) -> None:
    world.grant("dev", Role.OWNER, from_at=world.now + timedelta(days=1))
    world.do(EndRole(person="dev", role=Role.OWNER, reason="not needed", proof=world.proof("adam")))
    assert world.find(RoleGrant, person="dev")[-1].to_at == world.now


def test_a_second_enrolment_revokes_the_former_credential(world: World) -> None:
    enrol(world.registry, "dev", Actor(id="adam"), world.proof("adam"), world.now)
    assert [one.state for one in world.find(Credential, person="dev")] == ["revoked", "active"]
