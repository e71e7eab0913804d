"""Manage the roster: the people, their roles and their one-time codes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qs, urlparse

import segno
import typer

from data.errors import InputError
from data.queries.lookup import person_named
from data.queries.paging import page_of
from data.queries.roster import Roster, grants_in_own_right, requires_code, roster
from data.queries.rows import rows
from data.records.names import person_key
from data.records.person import Credential, Person, Role, RoleGrant
from data.registry.command import Proof
from data.registry.commands.person import AddPerson, Deputise, EndRole, GrantRole, RevokePerson
from data.registry.enrolment import enrol as enrol_person
from data.registry.registry import Registry
from modelward.cli.caller import Caller, business_time, identify, prove, require_time
from modelward.cli.options import AsOf, By, CodeFromStdin, EnvironmentOption, Json, Reason, RoleName
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import as_text, err, out, remark, say, show_json, show_receipt, show_table

app = typer.Typer(no_args_is_help=True, help="The roster: people, their roles, their one-time codes.")

PersonId = Annotated[str, typer.Argument(metavar="PERSON", help="The id of the person on the roster.")]
RoleArgument = Annotated[RoleName, typer.Argument(help="The role.")]


@app.command("add")
def add(
    person: PersonId,
    name: Annotated[str, typer.Option("--name", help="The name printed with decisions.")],
    email: Annotated[str, typer.Option("--email", help="The address for notices.")] = "",
    os_user: Annotated[str, typer.Option("--os-user", help="The person's user name on this machine.")] = "",
    roles: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="A role for every model; repeatable.")
    ] = None,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Add a person to the roster. The first person starts the registry; the first two are administrators."""
    person_key(person)
    details: dict[str, Any] = {"printed_name": name, "email": email, "os_user": os_user, "roles": _roles(roles or ())}
    founding = _found_registry(show_remarks=not as_json)
    who = identify("" if founding else by, as_of)
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(AddPerson(person=person, proof=proof, **details))
    held = ", ".join(one.role.value for one in receipt.rows_of(RoleGrant))
    show_receipt(receipt, as_json, f"{person} is on the roster, {f'as {held}' if held else 'without a role yet'}")
    if not as_json:
        say(f"→ `modelward people enrol {person}` gives the person one-time codes")


@app.command("enrol")
def enrol(
    person: PersonId,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Give a person new one-time codes, by a QR code that is shown once. Earlier codes stop working."""
    _require_screen(as_json)
    who = identify(by, as_of)
    person_named(who.registry, person)
    uri = enrol_person(who.registry, person, who.actor, _administrator(who, by, code_from_stdin), who.as_of)
    _show_seed(person, uri, as_json)
    if as_json:
        show_json({"person": person, "credential": _credential(who.registry, person)})


@app.command("list")
def list_people(page: PageNumber = 1, limit: Limit = None, as_json: Json = False) -> None:
    """List the people on the roster with their roles, and whether they have one-time codes."""
    found = roster(Registry.here())
    people = page_of(found.people, requested_page(page, limit, as_json))
    if as_json:
        show_json([_listed(one, found) for one in people.rows])
        remark_page(people, "people")
        return
    listed = []
    for person in people.rows:
        held = "; ".join(_role_text(grant) for grant in found.held_by(person.person))
        codes = "yes" if person.person in found.enrolled else "no"
        listed.append((person.person, person.name, person.state, codes, held))
    show_table(("person", "name", "state", "codes", "roles"), listed, "nobody is on the roster yet")
    remark_page(people, "people")


def _listed(person: Person, found: Roster) -> dict[str, object]:
    grants = [one.model_dump(mode="json") for one in found.grants if one.person == person.person]
    return {**person.model_dump(mode="json"), "enrolled": person.person in found.enrolled, "roles": grants}


@app.command("revoke")
def revoke(
    person: PersonId,
    reason: Reason,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Remove a person from the roster: the roles end and the one-time codes stop working."""
    who = identify(by, as_of)
    command = RevokePerson(person=_known(who, person), reason=reason, proof=_administrator(who, by, code_from_stdin))
    show_receipt(who.do(command), as_json, f"{person} was removed from the roster")


@app.command("grant")
def grant(
    person: PersonId,
    role: RoleArgument,
    team: Annotated[str, typer.Option("--team", help="Only for models of this team.")] = "*",
    tiers: Annotated[list[int] | None, typer.Option("--tier", help="Only for this tier; repeatable.")] = None,
    environment: EnvironmentOption = "*",
    from_at: Annotated[str, typer.Option("--from", metavar="TIME", help="The start; by default now.")] = "",
    to_at: Annotated[str, typer.Option("--to", metavar="TIME", help="The end.")] = "",
    deputy_of: Annotated[
        str, typer.Option("--deputy-of", metavar="PERSON", help="The person that the deputy represents.")
    ] = "",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Grant a person a role, for everything or for a team, tiers, an environment and a time."""
    who = identify(by, as_of)
    limits: dict[str, Any] = {"team": team, "tiers": tuple(tiers or ()), "environment": environment}
    limits |= {"from_at": business_time(from_at), "to_at": business_time(to_at), "deputy_of": deputy_of or None}
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(GrantRole(person=_known(who, person), role=Role(role), proof=proof, **limits))
    show_receipt(receipt, as_json, f"{person} holds the role {role}")


@app.command("deputise")
def deputise(
    person: PersonId,
    deputy_of: Annotated[str, typer.Option("--for", metavar="PERSON", help="The person that the deputy represents.")],
    to_at: Annotated[str, typer.Option("--to", metavar="TIME", help="The end.")],
    from_at: Annotated[str, typer.Option("--from", metavar="TIME", help="The start; by default now.")] = "",
    role: Annotated[
        RoleName | None, typer.Option("--role", help="The role, if the person represented holds several.")
    ] = None,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Make PERSON the deputy of another person for a time, in one role, wherever the other person holds it.

    Both the deputy and the person represented must be independent of what is decided, and only one of them can decide.
    """
    who = identify(by, as_of)
    deputy, principal = _known(who, person), _known(who, deputy_of)
    deputised_role = _role_held_by(who, principal, role)
    times = {"from_at": business_time(from_at), "to_at": require_time(to_at)}
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(Deputise(person=deputy, deputy_of=principal, role=deputised_role, proof=proof, **times))
    scopes = [one.scope or "everything" for one in receipt.rows_of(RoleGrant)]
    sentence = f"{deputy} represents {principal} as {deputised_role.value} until {to_at}, for {'; '.join(scopes)}"
    show_receipt(receipt, as_json, sentence)


@app.command("end")
def end(
    person: PersonId,
    role: RoleArgument,
    reason: Reason,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """End every grant of a role to a person."""
    who = identify(by, as_of)
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(EndRole(person=_known(who, person), role=Role(role), reason=reason, proof=proof))
    show_receipt(receipt, as_json, f"{person} no longer holds the role {role}")


def _roles(names: Sequence[str]) -> tuple[Role, ...]:
    """Return the roles with these names. Raises InputError for an unknown name, before anything is recorded."""
    known = {one.value: one for one in Role}
    for name in names:
        if name not in known:
            raise InputError(f"{name[:60]!a} is not a role", f"choose one of {', '.join(known)}")
    return tuple(known[name] for name in names)


def _found_registry(show_remarks: bool) -> bool:
    """Start the registry if there is none; return True if it was started now."""
    registry = Registry.here()
    if registry.exists or registry.is_lost:
        return False
    registry.create()
    if show_remarks:
        keys = registry.home.keys
        remark(f"started a registry in {registry.home.root}; its times are the current time")
        remark(f"its signing key is {keys / 'log.key'}: back it up, and let nobody else read it")
        remark(f"→ move {keys / 'recovery.key'} to a medium kept offline, and delete it here")
    return True


def _administrator(who: Caller, by: str, code_from_stdin: bool) -> Proof | None:
    """Return the proof of the person `by`. None if `by` is empty, or if no code is required from this person yet."""
    return prove(by, code_from_stdin) if by and requires_code(who.registry, by) else None


def _known(who: Caller, person: str) -> str:
    return person_named(who.registry, person).person


def _require_screen(as_json: bool) -> None:
    if as_json and not err().is_terminal:
        raise InputError(
            "the secret is shown on the screen only, never in JSON", "run the command in a terminal, or omit --json"
        )


def _show_seed(person: str, uri: str, as_json: bool) -> None:
    """Print the QR code and the secret, on the screen only."""
    console = err() if as_json else out()
    drawn = io.StringIO()
    segno.make(uri, error="l").terminal(drawn, border=2, compact=True)
    for line in drawn.getvalue().splitlines():
        console.print(line, style="bright_white on black", soft_wrap=True)
    secret = parse_qs(urlparse(uri).query)["secret"][0]
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    console.print(f"{person} must scan this with an authenticator app, or type in: {spaced}", soft_wrap=True)
    console.print("The secret is not shown again. Clear the screen after that.")


def _credential(registry: Registry, person: str) -> str:
    return rows(registry, Credential, person=person, state="active")[-1].key


def _role_held_by(who: Caller, principal: str, role: str | None) -> Role:
    """Return the role in which the person is represented. Raises InputError unless exactly one role is possible."""
    grants = grants_in_own_right(who.registry, principal, who.as_of)
    held = [one for one in grants if one.role is not Role.ADMINISTRATOR and role in (None, one.role.value)]
    roles = list(dict.fromkeys(one.role for one in held))
    if len(roles) == 1:
        return roles[0]
    if roles:
        raise InputError(f"{principal} holds more than one role: {', '.join(roles)}", "choose one with --role")
    if role == Role.ADMINISTRATOR.value:
        raise InputError("an administrator cannot have a deputy", "choose another role with --role")
    role_held = f"the role {role}" if role else "a role that can have a deputy"
    raise InputError(
        f"{principal} does not directly hold {role_held}", "run `modelward people list` to see who holds which role"
    )


def _role_text(grant: RoleGrant) -> str:
    scope = [grant.scope] if grant.scope else []
    scope += [f"for {grant.deputy_of}"] if grant.deputy_of else []
    scope += [f"until {as_text(grant.to_at)}"] if grant.to_at else []
    return f"{grant.role.value} ({', '.join(scope)})" if scope else grant.role.value
