"""Commands about people, roles and credentials reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.person import (
    AddPerson,
    CountAttempt,
    Deputise,
    EndRole,
    EnrolPerson,
    GrantRole,
    RevokePerson,
)
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a person without a name": (AddPerson, "printed_name", ""),
    "a name that is too long": (AddPerson, "printed_name", "x" * 201),
    "an address that is too long": (AddPerson, "email", "x" * 321),
    "a user that is too long": (AddPerson, "os_user", "x" * 65),
    "a credential of number zero": (EnrolPerson, "credential", 0),
    "an enrolment that contains the seed": (EnrolPerson, "seed", "JBSWY3DP"),
    "revoking without a reason": (RevokePerson, "reason", ""),
    "a role that does not exist": (GrantRole, "role", "emperor"),
    "a deputy without an end": (Deputise, "to_at", None),
    "ending a role without a reason": (EndRole, "reason", ""),
    "an attempt that contains the code": (CountAttempt, "code", "123456"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_is_the_key_of_the_person_cut_to_128_characters() -> None:
    tried = CountAttempt(person="../" + "x" * 500, attempted="decide")
    assert tried.subject == "people/../" + "x" * 125
    assert AddPerson(person="ana", printed_name="Ana").subject == "people/ana"
