"""The roster: who is on it, which roles they hold, and how they prove who they are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qs, urlparse

import segno
import typer

from data.errors import InputError
from data.queries.lookup import person_named
from data.queries.roster import Roster, grants_in_own_right, is_code_due, roster
from data.queries.rows import rows
from data.records.names import person_key
from data.records.person import Credential, Person, Role, RoleGrant
from data.registry.command import Proof
from data.registry.commands.person import AddPerson, Deputise, EndRole, GrantRole, RevokePerson
from data.registry.enrolment import enrol as enrol_person
from data.registry.registry import Registry
from modelward.cli.caller import Caller, business_time, identify, prove, require_time
from modelward.cli.options import AsOf, By, CodeFromStdin, Environment, Json, Reason, RoleName
from modelward.cli.terminal import err, out, remark, say, show_json, show_receipt, show_table, written

app = typer.Typer(no_args_is_help=True, help="The roster: people, their roles, their one-time codes.")

PersonId = Annotated[str, typer.Argument(metavar="PERSON", help="Their id on the roster.")]
RoleArgument = Annotated[RoleName, typer.Argument(help="The role.")]


@app.command("add")
def add(
    person: PersonId,
    name: Annotated[str, typer.Option("--name", help="Their name as it is printed under decisions.")],
    email: Annotated[str, typer.Option("--email", help="Where notices go.")] = "",
    os_user: Annotated[str, typer.Option("--os-user", help="Their operating-system user here.")] = "",
    roles: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="A role held everywhere; may be given again.")
    ] = None,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Put somebody on the roster. The first one starts the registry; the first two are administrators."""
    person_key(person)
    details: dict[str, Any] = {"printed_name": name, "email": email, "os_user": os_user, "roles": _roles(roles or ())}
    founding = _found_registry(quiet=as_json)
    who = identify("" if founding else by, as_of)
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(AddPerson(person=person, proof=proof, **details))
    held = ", ".join(one.role.value for one in receipt.rows_of(RoleGrant))
    show_receipt(receipt, as_json, f"{person} is on the roster, {f'as {held}' if held else 'without a role yet'}")
    if not as_json:
        say(f"→ `modelward people enrol {person}` gives them one-time codes")


@app.command("enrol")
def enrol(
    person: PersonId,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Give somebody fresh one-time codes: a QR code to scan, shown once. The former ones stop working."""
    _require_screen(as_json)
    who = identify(by, as_of)
    person_named(who.registry, person)
    uri = enrol_person(who.registry, person, who.actor, _administrator(who, by, code_from_stdin), who.as_of)
    _show_seed(person, uri, as_json)
    if as_json:
        show_json({"person": person, "credential": _credential(who.registry, person)})


@app.command("list")
def list_people(as_json: Json = False) -> None:
    """Who is on the roster, with roles and whether they can prove who they are."""
    found = roster(Registry.here())
    if as_json:
        show_json([_listed(one, found) for one in found.people])
        return
    listed = []
    for person in found.people:
        held = "; ".join(_role_text(grant) for grant in found.held_by(person.person))
        codes = "yes" if person.person in found.enrolled else "no"
        listed.append((person.person, person.name, person.state, codes, held))
    show_table(("person", "name", "state", "codes", "roles"), listed, "nobody is on the roster yet")


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
    """Take somebody off the roster: their roles end and their codes stop working."""
    who = identify(by, as_of)
    command = RevokePerson(person=_known(who, person), reason=reason, proof=_administrator(who, by, code_from_stdin))
    show_receipt(who.do(command), as_json, f"{person} is off the roster")


@app.command("grant")
def grant(
    person: PersonId,
    role: RoleArgument,
    team: Annotated[str, typer.Option("--team", help="For this team's models only.")] = "*",
    tiers: Annotated[list[int] | None, typer.Option("--tier", help="For this tier only; may be given again.")] = None,
    environment: Environment = "*",
    from_at: Annotated[str, typer.Option("--from", metavar="TIME", help="From then on; otherwise now.")] = "",
    to_at: Annotated[str, typer.Option("--to", metavar="TIME", help="Until then.")] = "",
    deputy_of: Annotated[
        str, typer.Option("--deputy-of", metavar="PERSON", help="The person whose deputy they are.")
    ] = "",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Give somebody a role, for everything or for a team, tiers, an environment, a time."""
    who = identify(by, as_of)
    limits: dict[str, Any] = {"team": team, "tiers": tuple(tiers or ()), "environment": environment}
    limits |= {"from_at": business_time(from_at), "to_at": business_time(to_at), "deputy_of": deputy_of or None}
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(GrantRole(person=_known(who, person), role=Role(role), proof=proof, **limits))
    show_receipt(receipt, as_json, f"{person} is {role}")


@app.command("deputise")
def deputise(
    person: PersonId,
    deputy_of: Annotated[str, typer.Option("--for", metavar="PERSON", help="The person whose deputy they become.")],
    to_at: Annotated[str, typer.Option("--to", metavar="TIME", help="Until then.")],
    from_at: Annotated[str, typer.Option("--from", metavar="TIME", help="From then on; otherwise now.")] = "",
    role: Annotated[RoleName | None, typer.Option("--role", help="In this role; left out for an only one.")] = None,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Make a person the deputy of another one for a time, in one role of that person, wherever that person holds it.

    Both the deputy and the person represented must be independent of what is decided, and only one of them can decide.
    """
    who = identify(by, as_of)
    deputy, principal = _known(who, person), _known(who, deputy_of)
    deputised_role = _role_held_by(who, principal, role)
    times = {"from_at": business_time(from_at), "to_at": require_time(to_at)}
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(Deputise(person=deputy, deputy_of=principal, role=deputised_role, proof=proof, **times))
    places = [one.scope or "everything" for one in receipt.rows_of(RoleGrant)]
    sentence = f"{deputy} represents {principal} as {deputised_role.value} until {to_at}, for {'; '.join(places)}"
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
    """End every grant of a role that somebody holds."""
    who = identify(by, as_of)
    proof = _administrator(who, by, code_from_stdin)
    receipt = who.do(EndRole(person=_known(who, person), role=Role(role), reason=reason, proof=proof))
    show_receipt(receipt, as_json, f"{person} is no longer {role}")


def _roles(names: Sequence[str]) -> tuple[Role, ...]:
    """Roles by their names. Raises InputError, before anything is recorded."""
    known = {one.value: one for one in Role}
    for name in names:
        if name not in known:
            raise InputError(f"{name[:60]!a} is no role", f"the roles are {', '.join(known)}")
    return tuple(known[name] for name in names)


def _found_registry(quiet: bool) -> bool:
    """Start the registry where none is yet; True when it was started just now."""
    registry = Registry.here()
    if registry.exists or registry.home.journal.exists():
        return False
    registry.create()
    if not quiet:
        keys = registry.home.keys
        remark(f"started a registry under {registry.home.root}, on the wall clock")
        remark(f"its signing key is {keys / 'log.key'}: back it up, nobody else may read it")
        remark(f"→ move {keys / 'recovery.key'} to a medium kept offline, and delete it here")
    return True


def _administrator(who: Caller, by: str, code_from_stdin: bool) -> Proof | None:
    """The proof of `--by`; while the roster is being founded nobody can have codes yet, and none is asked."""
    return prove(by, code_from_stdin) if by and _can_prove(who, by) else None


def _can_prove(who: Caller, person: str) -> bool:
    """Whether there is a reason to ask for a code: the person has one, or nobody is being founded any more."""
    return is_code_due(who.registry, person)


def _known(who: Caller, person: str) -> str:
    return person_named(who.registry, person).person


def _require_screen(as_json: bool) -> None:
    if as_json and not err().is_terminal:
        raise InputError("the secret is shown once, and never in JSON", "run it in a terminal, or leave out --json")


def _show_seed(person: str, uri: str, as_json: bool) -> None:
    """The QR code and the secret, on the screen only."""
    console = err() if as_json else out()
    drawn = io.StringIO()
    segno.make(uri, error="l").terminal(drawn, border=2, compact=True)
    for line in drawn.getvalue().splitlines():
        console.print(line, style="bright_white on black", soft_wrap=True)
    secret = parse_qs(urlparse(uri).query)["secret"][0]
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    console.print(f"{person} scans this with an authenticator app, or types: {spaced}", soft_wrap=True)
    console.print("It is not shown again. Clear the screen when it is scanned.")


def _credential(registry: Registry, person: str) -> str:
    return rows(registry, Credential, person=person, state="active")[-1].key


def _role_held_by(who: Caller, principal: str, role: str | None) -> Role:
    """The role of the person represented. Raises InputError when it is not clear which."""
    grants = grants_in_own_right(who.registry, principal, who.as_of)
    held = [one for one in grants if one.role is not Role.ADMINISTRATOR and role in (None, one.role.value)]
    roles = list(dict.fromkeys(one.role for one in held))
    if len(roles) == 1:
        return roles[0]
    problem = f"holds {', '.join(roles)}" if roles else f"does not hold {role or 'a role that can have a deputy'}"
    raise InputError(f"{principal} {problem}", "name one role with --role; an administrator has no deputy")


def _role_text(grant: RoleGrant) -> str:
    scope = [grant.scope] if grant.scope else []
    scope += [f"for {grant.deputy_of}"] if grant.deputy_of else []
    scope += [f"until {written(grant.to_at)}"] if grant.to_at else []
    return f"{grant.role.value} ({', '.join(scope)})" if scope else grant.role.value
