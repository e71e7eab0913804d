"""Attack: a changed writer accepts what one of its rules about people, roles, deputies and standards refuses.

Result: Refused by the writer, and found at the right event
Caught in: `data/registry/rules/person.py`, and `data/audit/verifier/judges/roster.py` with `audit verify --deep`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data.records.evidence import sha256_of
from data.records.person import Credential, Person, Role, RoleGrant
from data.records.row import Row
from data.registry.command import CommandResult
from data.registry.commands.log import AdoptStandard
from data.registry.commands.person import AddPerson, Deputise, EndRole, EnrolPerson, GrantRole, RevokePerson
from data.registry.rules import person as person_rules
from data.registry.rules.proof import Proven
from tests.judged_rules import (
    EARLIER,
    LATER,
    BypassedRule,
    both,
    judged_after,
    only_proven,
    rewritten,
    seeing,
    with_rows,
    without,
)
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry

SEED = "JBSWY3DPEHPK3PXP" * 2
BY_ANYBODY = only_proven("person.administrator")


def prepare(world: World) -> None:
    """A validator for one team, a deputy, two people with one role, and somebody who was removed."""
    world.grant("outsider", Role.VALIDATOR, team="ops")
    world.grant("rita", Role.OWNER, deputy_of="olga", to_at=world.now + timedelta(days=60))
    world.grant("vera", Role.VALIDATOR, team="ops")
    add(world, "gone")
    world.do(RevokePerson(person="gone", reason="left", proof=world.proof("adam")), by="adam")


def add(world: World, person: str, by: str = "adam", **changes: Any) -> None:
    world.do(adding(person, by, **changes)(world), by=by)


def adding(person: str, by: str = "adam", **changes: Any) -> Any:
    """Return the function that adds a person with the code of another one; without a code if nobody is named."""
    return lambda world: AddPerson(
        person=person, printed_name=person.title(), proof=world.proof(by) if by else None, **changes
    )


def granting(person: str, by: str = "adam", role: Role = Role.APPROVER, **changes: Any) -> Any:
    return lambda world: GrantRole(person=person, role=role, proof=world.proof(by), **changes)


def deputising(deputy: str, person: str, role: Role = Role.APPROVER) -> Any:
    return lambda world: Deputise(person=deputy, deputy_of=person, role=role, to_at=LATER, proof=world.proof("adam"))


def enrolling(person: str, by: str = "adam") -> Any:
    """Return the function that seals another seed of a person and makes it the credential."""

    def command(world: World) -> EnrolPerson:
        proof = world.proof(by) if by else None
        number = len(world.find(Credential, person=person)) + 1
        sealed = world.registry.seeds.seal(f"people/{person}", SEED, number)
        return EnrolPerson(person=person, credential=int(sealed.rpartition("/")[2]), proof=proof)

    return command


def without_rows(table: type[Row], state: str = "") -> Any:
    """Return a change of an event: one row of a table less, or those in a state."""

    def change(result: CommandResult) -> CommandResult:
        left_out = [row for row in result.rows if isinstance(row, table) and state in ("", getattr(row, "state", ""))]
        return replace(result, rows=tuple(row for row in result.rows if row not in left_out[-1:]))

    return change


CASES: Mapping[str, BypassedRule] = {
    "a person added by somebody else than an administrator": BypassedRule(
        adding("dora", "dev"), "dev", BY_ANYBODY, "dev was not an administrator",
    ),
    "a third founder": BypassedRule(
        adding("fred", ""), "fred", lambda patch: patch.setattr(person_rules, "FOUNDERS", 1_000),
        "it needs the one-time code",
    ),
    "an operating-system user of two people": BypassedRule(
        adding("eve", os_user="crew"), "adam", rewritten(AddPerson, with_rows(Person, os_user="crew"), os_user=""),
        "the operating-system user crew belongs to cleo", before=lambda world: add(world, "cleo", os_user="crew"),
    ),
    "an administrator who grants a role to themselves": BypassedRule(
        granting("adam"), "adam", BY_ANYBODY, "adam cannot change their own entry",
    ),
    "a role of a person who was removed": BypassedRule(
        granting("gone"), "adam", seeing(GrantRole, Person, state="active"), "gone was not active on the roster",
    ),
    "a role that begins before it was granted": BypassedRule(
        granting("dev", from_at=EARLIER), "adam",
        rewritten(GrantRole, with_rows(RoleGrant, from_at=EARLIER), from_at=None), "begins before it was granted",
    ),
    "a role that ends before it begins": BypassedRule(
        granting("dev", to_at=EARLIER), "adam",
        rewritten(GrantRole, with_rows(RoleGrant, to_at=EARLIER), to_at=LATER), "the role ends before it begins",
    ),
    "a role for a tier that does not exist": BypassedRule(
        granting("dev", tiers=(7,)), "adam", without("person._check_scope"), "names an unknown tier",
    ),
    "an administrator of one team": BypassedRule(
        granting("cleo", role=Role.ADMINISTRATOR, team="ops"), "adam", without("person._check_scope"),
        "has team 'ops', expected '*'",
    ),
    "a person who is their own deputy": BypassedRule(
        granting("alma", deputy_of="alma", to_at=LATER), "adam", without("person._check_deputy"),
        "alma cannot be their own deputy",
    ),
    "a deputy without an end": BypassedRule(
        granting("dev", deputy_of="alma"), "adam", without("person._check_deputy"), "has no end",
    ),
    "a deputy of a person who was removed": BypassedRule(
        granting("dev", deputy_of="gone", to_at=LATER), "adam", without("person._check_deputy"),
        "gone was not active on the roster",
    ),
    "a deputy of a person without the role": BypassedRule(
        granting("dev", deputy_of="otto", to_at=LATER), "adam", without("person._check_deputy"),
        "otto does not hold the role approver directly",
    ),
    "a deputy of a deputy": BypassedRule(
        granting("dev", role=Role.OWNER, deputy_of="rita", to_at=LATER), "adam", without("person._check_deputy"),
        "rita does not hold the role owner directly",
    ),
    "a deputy of an administrator": BypassedRule(
        granting("cleo", role=Role.ADMINISTRATOR, deputy_of="ada", to_at=LATER), "adam", without("person._check_scope"),
        "has to_at ",
    ),
    "a deputy who represents themselves in each scope": BypassedRule(
        deputising("axel", "axel"), "adam",
        without("person._principal", lambda state, command: state.need(Person, f"people/{command.deputy_of}")),
        "axel cannot be their own deputy",
    ),
    "a deputy in a scope that the represented person does not hold": BypassedRule(
        deputising("dev", "outsider", Role.VALIDATOR), "adam",
        without("person._scopes", lambda *_: [{"team": "rail", "tiers": (), "environment": "*"}]),
        "outsider does not hold the role validator directly", is_refused=False,
    ),
    "a deputy of nobody with the role": BypassedRule(
        deputising("dev", "otto"), "adam",
        without("person._scopes", lambda *_: [{"team": "*", "tiers": (), "environment": "*"}]),
        "otto does not hold the role approver directly",
    ),
    "a deputy appointed by the represented person": BypassedRule(
        granting("dev", "alma", deputy_of="alma", to_at=LATER), "alma", BY_ANYBODY, "alma was not an administrator",
    ),
    "a role that ends only in part": BypassedRule(
        lambda world: EndRole(person="vera", role=Role.VALIDATOR, reason="moved", proof=world.proof("adam")), "adam",
        rewritten(EndRole, without_rows(RoleGrant)), "does not end", is_refused=False,
    ),
    "a role ended by somebody else than an administrator": BypassedRule(
        lambda world: EndRole(person="axel", role=Role.APPROVER, reason="moved", proof=world.proof("dev")), "dev",
        BY_ANYBODY, "dev was not an administrator",
    ),
    "a credential without a code of an administrator": BypassedRule(
        enrolling("dev", ""), "dev", without("person._prove_enrolment", lambda *given: Proven(given[-1].actor)),
        "it needs the one-time code of an administrator",
    ),
    "a former credential that stays active": BypassedRule(
        enrolling("olga"), "adam", rewritten(EnrolPerson, without_rows(Credential, "revoked")),
        "the credentials of olga that it revokes", is_refused=False,
    ),
    "a credential of a person who was removed": BypassedRule(
        enrolling("gone"), "adam", seeing(EnrolPerson, Person, state="active"), "gone was not active on the roster",
    ),
    "a person removed twice": BypassedRule(
        lambda world: RevokePerson(person="gone", reason="left", proof=world.proof("adam")), "adam",
        seeing(RevokePerson, Person, state="active"), "gone was not active on the roster",
    ),
    "a person removed who keeps a role": BypassedRule(
        lambda world: RevokePerson(person="vera", reason="left", proof=world.proof("adam")), "adam",
        rewritten(RevokePerson, without_rows(RoleGrant)), "does not end", is_refused=False,
    ),
    "a standard adopted by somebody else than an administrator": BypassedRule(
        lambda world: AdoptStandard(
            standard="lax", version=1, title="Lax", digest=sha256_of("lax"), controls=1, proof=world.proof("dev")
        ),
        "dev", only_proven("log.administrator"),
        "dev was not an administrator",
    ),
    "the last administrator removed": BypassedRule(
        lambda world: RevokePerson(person="adam", reason="left", proof=world.proof("alma")), "alma",
        both(without("person._require_another_administrator"), BY_ANYBODY),
        "without adam no enrolled administrator remains",
        before=lambda world: world.do(
            RevokePerson(person="ada", reason="left", proof=world.proof("adam")), by="adam"
        ),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one deep verification says about the event of each case."""
    return judged_after(prepare, CASES, founded, tmp_path_factory.mktemp("roster"))


@pytest.mark.parametrize("name", CASES)
def test_what_the_writer_refuses_the_verifier_finds(found: dict[str, str], name: str) -> None:
    assert CASES[name].says in found[name]
