"""People, roles and credentials: what these commands do not even take, and what they are about."""

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
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a person without a name": (AddPerson, "printed_name", ""),
    "a name that goes on": (AddPerson, "printed_name", "x" * 201),
    "an address that goes on": (AddPerson, "email", "x" * 321),
    "a user that goes on": (AddPerson, "os_user", "x" * 65),
    "a credential of number zero": (EnrolPerson, "credential", 0),
    "a seed in a command": (EnrolPerson, "seed", "JBSWY3DP"),
    "revoking without a reason": (RevokePerson, "reason", ""),
    "a role nobody knows": (GrantRole, "role", "emperor"),
    "a deputy without an end": (Deputise, "to_at", None),
    "ending a role without a reason": (EndRole, "reason", ""),
    "an attempt with its code": (CountAttempt, "code", "123456"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about_whatever_the_name() -> None:
    tried = CountAttempt(person="../" + "x" * 500, attempted="decide")
    assert tried.subject == "people/../" + "x" * 125
    assert AddPerson(person="ana", printed_name="Ana").subject == "people/ana"
