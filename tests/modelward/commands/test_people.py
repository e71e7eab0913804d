"""The roster on the command line: the first administrators, one-time codes, roles and deputies."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pyotp
import pytest

from data.files.home import Home
from data.records.person import Credential, Person, Role, RoleGrant
from data.registry.registry import Registry
from modelward.cli import caller
from modelward.cli.options import RoleName, SeverityName
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.world import World

SECRET = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


def test_the_choices_of_the_options_are_those_of_the_records() -> None:
    from typing import get_args

    from data.records.review import Severity

    assert set(get_args(RoleName)) == {one.value for one in Role}
    assert set(get_args(SeverityName)) == {one.value for one in Severity}


def test_the_first_person_starts_the_registry_and_sees_where_its_keys_are(home: Path, cli: Cli) -> None:
    result = cli("people", "add", "ana", "--name", "Ana Ruiz")
    assert result.code == 0
    assert "ana is on the roster, as administrator" in result.out
    assert f"move {home / 'keys' / 'recovery.key'} to a medium kept offline" in result.err
    assert stat.S_IMODE((home / "keys" / "log.key").stat().st_mode) == 0o600


def test_the_first_two_people_need_no_code_and_the_third_needs_one(home: Path, cli: Cli) -> None:
    for person in ("ana", "bo"):
        assert cli("people", "add", person, "--name", person).code == 0
        assert cli("people", "enrol", person).code == 0
    refused = cli("people", "add", "cy", "--name", "cy")
    assert (refused.code, "--by ADMINISTRATOR" in refused.err) == (1, True)
    events = [body for body in Registry(Home(home)).journal.bodies() if b'"command.refused"' in body]
    assert len(events) == 1


def test_a_person_is_added_with_roles_by_one_code(world: World, cli: Cli, proven: ProvenCaller) -> None:
    options, typed = proven("adam")
    roles = ("--role", "validator", "--role", "approver")
    result = cli("people", "add", "nina", "--name", "Nina", *roles, *options, typed=typed)
    assert "nina is on the roster, as validator, approver" in result.out
    assert [one.role for one in world.find(RoleGrant, person="nina")] == ["validator", "approver"]


def test_an_unknown_role_is_refused_with_the_known_ones(home: Path, cli: Cli) -> None:
    result = cli("people", "add", "nina", "--name", "Nina", "--role", "king")
    assert (result.code, "choose one of developer, owner" in result.err) == (2, True)
    assert not (home / "registry").exists()


def test_a_hostile_id_is_refused_before_a_registry_is_started(home: Path, cli: Cli) -> None:
    assert cli("people", "add", "../ana", "--name", "Ana").code == 2
    assert not (home / "registry").exists()


def test_enrolment_prints_a_qr_code_and_the_secret(world: World, cli: Cli, proven: ProvenCaller) -> None:
    options, typed = proven("adam")
    result = cli("people", "enrol", "vera", *options, typed=typed)
    found = SECRET.search(result.out)
    assert (result.code, "█" in result.out) == (0, True)
    assert found is not None
    with world.registry.reading() as state:
        newest = state.find(Credential, person="vera", state="active")[-1]
    assert world.registry.seeds.open(newest.key) == found[0].replace(" ", "")
    assert pyotp.TOTP(found[0].replace(" ", "")).now().isdigit()


def test_enrolment_with_json_is_refused_without_a_terminal(world: World, cli: Cli, proven: ProvenCaller) -> None:
    before = len(world.events())
    result = cli("people", "enrol", "vera", "--json")
    assert (result.code, result.json["code"]) == (2, "input")
    assert len(world.events()) == before


def test_a_person_is_added_granted_a_role_and_removed(world: World, cli: Cli, proven: ProvenCaller) -> None:
    options, typed = proven("adam")
    assert cli("people", "add", "nia", "--name", "Nia", *options, typed=typed).code == 0
    options, typed = proven("adam")
    granted = cli(
        "people",
        "grant",
        "nia",
        "approver",
        "--team",
        "ops",
        "--tier",
        "2",
        "--to",
        "2014-01-01",
        *options,
        typed=typed,
    )
    assert (granted.code, granted.err) == (0, "")
    (grant,) = world.find(RoleGrant, person="nia")
    assert (grant.role, grant.team, grant.tiers, grant.environment) == (Role.APPROVER, "ops", (2,), "*")
    assert "approver (ops, tier 2, until 2014-01-01 00:00)" in cli("people", "list").out
    options, typed = proven("adam")
    assert cli("people", "end", "nia", "approver", "--reason", "moved", *options, typed=typed).code == 0
    assert "approver (ops" not in cli("people", "list").out
    options, typed = proven("adam")
    assert cli("people", "revoke", "nia", "--reason", "left", *options, typed=typed).code == 0
    assert world.get(Person, "people/nia").state == "revoked"


def test_a_wrong_code_is_refused_and_never_written(world: World, cli: Cli) -> None:
    arguments = ("--by", "adam", "--code-from-stdin", "--as-of", world.now.isoformat())
    result = cli("people", "add", "nia", "--name", "Nia", *arguments, typed="not-a-code\n")
    assert (result.code, "the one-time code of adam is wrong" in result.err) == (1, True)
    assert "not-a-code" not in result.out + result.err + world.home.journal.read_text()


def test_the_list_has_the_roles_and_the_enrolment_of_each_person(world: World, cli: Cli) -> None:
    listed = {one["person"]: one for one in cli("people", "list", "--json").json}
    assert listed["vera"]["enrolled"] is True
    assert [grant["role"] for grant in listed["vera"]["roles"]] == ["validator"]


WITHOUT_A_CODE = {
    "nothing on stdin": ("--code-from-stdin", "", "stdin contains no one-time code"),
    "too much on stdin": ("--code-from-stdin", "1" * 40, "is too long for a one-time code"),
    "no terminal": ("", "", "there is no terminal to ask for it"),
}


@pytest.mark.parametrize(("option", "typed", "what"), WITHOUT_A_CODE.values(), ids=WITHOUT_A_CODE)
def test_a_command_without_a_code_is_refused_before_the_registry(
    world: World, cli: Cli, option: str, typed: str, what: str
) -> None:
    before = len(world.events())
    options = [option] if option else []
    result = cli("people", "add", "nia", "--name", "Nia", "--by", "adam", *options, typed=typed)
    assert (result.code, what in result.err, len(world.events())) == (2, True, before)


def test_on_a_terminal_the_input_of_the_code_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    prompted: dict[str, object] = {}

    class TerminalInput:
        def isatty(self) -> bool:
            return True

    def prompt(text: str, **options: object) -> str:
        prompted.update(options, text=text)
        return " 123456 "

    monkeypatch.setattr("sys.stdin", TerminalInput())
    monkeypatch.setattr(caller.typer, "prompt", prompt)
    assert caller.prove("vera", from_stdin=False).code == "123456"
    assert (prompted["text"], prompted["hide_input"]) == ("One-time code of vera", True)


def test_a_deputy_gets_the_role_in_every_scope_of_the_person_represented(
    world: World, cli: Cli, proven: ProvenCaller
) -> None:
    world.grant("rita", Role.APPROVER, team="ops", environment="staging", tiers=(1, 2))
    world.grant("rita", Role.APPROVER, team="ops", environment="production")
    options, typed = proven("adam")
    named = ("--for", "rita", "--to", "2013-03-20", "--role", "approver")
    result = cli("people", "deputise", "outsider", *named, *options, typed=typed)
    assert (result.code, "outsider represents rita as approver until 2013-03-20" in result.out) == (0, True), result.err
    assert "for ops, tier 1, tier 2, staging; ops, production" in result.out
    grants = world.find(RoleGrant, person="outsider")
    assert [(one.role, one.deputy_of) for one in grants] == [(Role.APPROVER, "rita")] * 2
    assert [(one.team, one.tiers, one.environment) for one in grants] == [
        ("ops", (1, 2), "staging"), ("ops", (), "production"),
    ]  # fmt: skip
    assert world.events()[-1]["type"] == "role.granted", "one event under one code"


UNCLEAR = {
    "several roles and none chosen": (("--for", "rita"), "rita holds more than one role: risk-acceptor, approver"),
    "a role that the person does not hold": (
        ("--for", "rita", "--role", "owner"),
        "rita does not directly hold the role owner",
    ),
    "an administrator": (("--for", "ada"), "ada does not directly hold a role that can have a deputy"),
    "the role administrator": (("--for", "ada", "--role", "administrator"), "an administrator cannot have a deputy"),
}


@pytest.mark.parametrize("case", UNCLEAR.values(), ids=UNCLEAR)
def test_a_deputy_is_refused_for(
    case: tuple[tuple[str, ...], str], world: World, cli: Cli, proven: ProvenCaller
) -> None:
    world.grant("rita")
    options, typed = proven("adam")
    result = cli("people", "deputise", "outsider", *case[0], "--to", "2013-03-20", *options, typed=typed)
    assert (result.code, case[1] in result.err) == (2, True), result.err
    assert world.find(RoleGrant, person="outsider") == []
