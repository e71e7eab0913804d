"""Judge the commands about the roster: add, enrol and remove people, grant and end roles, appoint deputies.

The first two people need no proof, every later change needs an administrator's code. Nobody can change their own entry,
and one enrolled administrator always remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.errors import IllegalMoveError, InputError, NotAuthorisedError
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.names import checked_name, person_key
from data.records.person import Credential, Person, Role, RoleGrant
from data.records.row import Row
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.person import AddPerson, Deputise, EndRole, EnrolPerson, GrantRole, RevokePerson
from data.registry.rules.proof import Proven, administrator, administrators, grants_held, holds_role, is_founding
from data.registry.seeds import seed_digest
from data.registry.state import State

FOUNDERS = 2
TIERS = range(1, 5)


def add_person(state: State, command: AddPerson, context: Context) -> CommandResult:
    """Add a person with roles that hold for every team, tier and environment; the first two are administrators too.

    The id of a removed person cannot be used again.
    """
    key = person_key(command.person)
    known = state.get(Person, key)
    if known is not None:
        raise InputError(_why_taken(known), "choose another id")
    if command.os_user and state.find(Person, os_user=command.os_user, state="active"):
        raise InputError(
            f"the operating-system user {command.os_user} belongs to another person on the roster",
            "choose another operating-system user, or omit it",
        )
    founder = command.proof is None and len(state.find(Person)) < FOUNDERS
    proven = Proven(context.actor) if founder else administrator(state, command.proof, context, besides=command.person)
    row = Person(
        key=key,
        person=command.person,
        name=command.printed_name,
        email=command.email,
        os_user=command.os_user,
        added_at=context.now,
        added_by=proven.actor.id,
    )
    roles = dict.fromkeys([*([Role.ADMINISTRATOR] if founder else []), *command.roles])
    granted_by = context.person if founder else proven.actor.id
    rows: list[Row] = [
        RoleGrant(
            key=f"{key}/roles/{number}", person=command.person, role=role, from_at=context.now, granted_by=granted_by
        )
        for number, role in enumerate(roles, 1)
    ]
    return CommandResult(
        EventType.PERSON_ADDED, key, (row, *rows, *proven.rows), {"founder": founder}, actor=proven.actor
    )


def enrol_person(state: State, command: EnrolPerson, context: Context) -> CommandResult:
    """Make a stored seed the credential of a person and revoke the former one. Founders enrol once without proof.

    The event has the digest of the seed, so that no other seed can be stored under the credential later.
    """
    person = _active(state, command.person)
    key = f"{person.key}/credentials/{command.credential}"
    if state.get(Credential, key) is not None or not context.seeds.holds(key):
        raise InputError(f"there is no unused seed for {key}", f"run `modelward people enrol {person.person}` again")
    proven = _prove_enrolment(state, command, context)
    former = state.find(Credential, person=person.person, state="active")
    row = Credential(
        key=key,
        person=person.person,
        enrolled_at=context.now,
        enrolled_by=proven.actor.id,
        credential_digest=seed_digest(key, context.seeds.open(key)),
    )
    ended = tuple(one.changed(state="revoked") for one in former)
    return CommandResult(EventType.PERSON_ENROLLED, person.key, (row, *ended, *proven.rows), actor=proven.actor)


def revoke_person(state: State, command: RevokePerson, context: Context) -> CommandResult:
    """Remove a person from the roster: roles end now, credentials are revoked, recorded votes remain."""
    person = _active(state, command.person)
    _require_another_administrator(state, person.person, context)
    proven = administrator(state, command.proof, context, besides=person.person)
    grants = _ended(state.find(RoleGrant, person=person.person), context)
    credentials = [one.changed(state="revoked") for one in state.find(Credential, person=person.person, state="active")]
    rows = (person.changed(state="revoked"), *grants, *credentials, *proven.rows)
    return CommandResult(EventType.PERSON_REVOKED, person.key, rows, {"reason": command.reason}, actor=proven.actor)


def grant_role(state: State, command: GrantRole, context: Context) -> CommandResult:
    """Grant a role in a scope from a time on; a deputy gets the role of another person for a limited time."""
    person = _active(state, command.person)
    _check_scope(command)
    from_at, to_at = _times(command, context)
    if command.deputy_of is not None:
        _check_deputy(state, command, context)
    proven = administrator(state, command.proof, context, besides=person.person)
    key, _ = state.next_key(RoleGrant, f"{person.key}/roles")
    fields = command.model_dump(include={"person", "role", "team", "tiers", "environment", "deputy_of"})
    row = RoleGrant(key=key, from_at=from_at, to_at=to_at, granted_by=proven.actor.id, **fields)
    return CommandResult(EventType.ROLE_GRANTED, person.key, (row, *proven.rows), actor=proven.actor)


def deputise(state: State, command: Deputise, context: Context) -> CommandResult:
    """Grant a deputy the role in each scope in which the represented person holds it during that time, in one event."""
    person = _active(state, command.person)
    from_at, to_at = _times(command, context)
    principal = _principal(state, command)
    if command.role is Role.ADMINISTRATOR:
        raise InputError(
            "an administrator cannot have a deputy", "grant the role administrator to another person as well"
        )
    scopes = _scopes(state, principal.person, command.role, from_at, in_utc(command.to_at))
    if not scopes:
        period = f"between {from_at:%Y-%m-%d %H:%M} and {in_utc(command.to_at):%Y-%m-%d %H:%M} UTC"
        raise _role_not_held(principal.person, command.role, period)
    proven = administrator(state, command.proof, context, besides=person.person)
    _, first = state.next_key(RoleGrant, f"{person.key}/roles")
    fields = {**command.model_dump(include={"person", "role", "deputy_of"}), "from_at": from_at, "to_at": to_at}
    rows = [
        RoleGrant(key=f"{person.key}/roles/{number}", granted_by=proven.actor.id, **fields, **scope)
        for number, scope in enumerate(scopes, first)
    ]
    return CommandResult(EventType.ROLE_GRANTED, person.key, (*rows, *proven.rows), actor=proven.actor)


def end_role(state: State, command: EndRole, context: Context) -> CommandResult:
    """End every present and future grant of a role of a person now."""
    person = _active(state, command.person)
    grants = _ended(state.find(RoleGrant, person=person.person, role=command.role.value), context)
    if not grants:
        raise IllegalMoveError(
            f"{person.person} does not hold the role {command.role}",
            "run `modelward people list` to see who holds which role",
        )
    if command.role is Role.ADMINISTRATOR:
        _require_another_administrator(state, person.person, context)
    proven = administrator(state, command.proof, context, besides=person.person)
    data = {"role": command.role.value, "reason": command.reason}
    return CommandResult(EventType.ROLE_ENDED, person.key, (*grants, *proven.rows), data, actor=proven.actor)


def _prove_enrolment(state: State, command: EnrolPerson, context: Context) -> Proven:
    founder = Role.ADMINISTRATOR in {grant.role for grant in state.find(RoleGrant, person=command.person)}
    first = not state.find(Credential, person=command.person)
    if command.proof is None and founder and first and is_founding(state):
        return Proven(context.actor)
    return administrator(state, command.proof, context, besides=command.person)


def _active(state: State, person: str) -> Person:
    row = state.need(Person, person_key(person))
    if row.state != "active":
        raise IllegalMoveError(
            f"{person} was removed from the roster", "choose another person, or add this one under a new id"
        )
    return row


def _why_taken(known: Person) -> str:
    """Return why the id of a person, active or removed, cannot be given to a new person."""
    if known.state == "active":
        return f"the id {known.person} is in use already"
    return f"the id {known.person} belongs to a person who was removed; an id is never used again"


def _ended(grants: list[RoleGrant], context: Context) -> tuple[RoleGrant, ...]:
    return tuple(one.changed(to_at=context.now) for one in grants if one.to_at is None or one.to_at > context.now)


def _require_another_administrator(state: State, person: str, context: Context) -> None:
    others = set(administrators(state, context)) - {person}
    if not others and holds_role(state, person, Role.ADMINISTRATOR, context):
        raise IllegalMoveError(
            f"without {person} no enrolled administrator would remain", "enrol another administrator first"
        )


def _times(command: GrantRole | Deputise, context: Context) -> tuple[datetime, datetime | None]:
    """Return begin and end of a grant. Raises InputError for a begin in the past or an end before the begin."""
    from_at = in_utc(command.from_at) if command.from_at is not None else context.now
    to_at = in_utc(command.to_at) if command.to_at is not None else None
    if from_at < context.now:
        raise InputError("a role cannot begin in the past", "choose a later --from, or omit it")
    if to_at is not None and to_at <= from_at:
        raise InputError("a role must end after it begins", "choose a later --to")
    return from_at, to_at


def _scopes(state: State, person: str, role: Role, from_at: datetime, to_at: datetime) -> list[dict[str, Any]]:
    """Return each scope in which a person holds a role directly at some time between two times."""
    own = [one for one in state.find(RoleGrant, person=person, role=role.value) if one.deputy_of is None]
    held = [one for one in own if one.from_at < to_at and (one.to_at is None or from_at < one.to_at)]
    scopes = dict.fromkeys((one.team, one.tiers, one.environment) for one in held)
    return [{"team": team, "tiers": tiers, "environment": environment} for team, tiers, environment in scopes]


def _check_scope(command: GrantRole) -> None:
    for name, what in ((command.team, "team"), (command.environment, "environment")):
        if name != "*":
            checked_name(name, what)
    if not set(command.tiers) <= set(TIERS):
        unknown = ", ".join(str(tier) for tier in sorted(set(command.tiers) - set(TIERS)))
        raise InputError(f"no such tier: {unknown}", "choose from the tiers 1, 2, 3 and 4")
    whole = command.team == "*" and command.environment == "*" and not command.tiers
    lasting = command.to_at is None and command.deputy_of is None
    if command.role is Role.ADMINISTRATOR and not (whole and lasting):
        raise InputError(
            "the role administrator cannot be limited to a team, tier, environment, time or deputy",
            "grant it without limits",
        )


def _check_deputy(state: State, command: GrantRole, context: Context) -> None:
    if command.to_at is None:
        raise InputError("the role of a deputy needs an end", "add --to")
    principal = _principal(state, command)
    team, environment = command.team, command.environment
    held = grants_held(state, principal.person, command.role, context, team=team, environment=environment)
    if all(one.deputy_of is not None for one in held):
        limits = {"team": team, "environment": environment}
        scope = " and ".join(f"{what} {name}" for what, name in limits.items() if name != "*")
        raise _role_not_held(principal.person, command.role, f"now for {scope}" if scope else "now")


def _principal(state: State, command: GrantRole | Deputise) -> Person:
    principal = _active(state, command.deputy_of or "")
    if principal.person == command.person:
        raise InputError(f"{command.person} cannot be their own deputy", "choose another person")
    return principal


def _role_not_held(person: str, role: Role, when: str) -> NotAuthorisedError:
    return NotAuthorisedError(
        f"{person} does not hold the role {role} directly {when}",
        "choose a person who holds the role; `modelward people list` shows the roles, and who is only a deputy",
    )


RULES: Mapping[type[Command], Rule] = {
    AddPerson: add_person,
    EnrolPerson: enrol_person,
    RevokePerson: revoke_person,
    GrantRole: grant_role,
    Deputise: deputise,
    EndRole: end_role,
}
