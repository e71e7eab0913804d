"""Judges the events about the roster and the standards: who is on it, in which role, with which credential."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.proofs import (
    administrators,
    grants_held,
    is_founding,
    require_active,
    require_administrator,
)
from data.audit.verifier.judges.rows import Values

FOUNDERS = 2


def judge_added(case: Case) -> None:
    """A new person with new roles that begin now: a founder without proof, later people by an administrator."""
    row = case.created("person")
    person = row["person"]
    case.require_values(row, key=case.subject, state="active", added_by=case.actor)
    case.require(row["key"] == f"people/{person}", f"the person {person} has the key {row['key']}")
    case.pin(row, "added_at")
    taken = [one["person"] for one in case.state.all("person") if one["os_user"] and one["os_user"] == row["os_user"]]
    active = [one for one in taken if case.need("person", f"people/{one}")["state"] == "active"]
    case.require(not active, f"the operating-system user {row['os_user']} belongs to {', '.join(active)}")
    founder = case.auth != "totp" and sum(1 for _ in case.state.all("person")) < FOUNDERS
    if not founder:
        require_administrator(case, person, "add person")
    case.require(case.data.get("founder") is founder, f"it states founder {case.data.get('founder')!r}")
    grants = case.new("role_grant")
    for grant in grants:
        case.require_values(grant, person=person, team="*", tiers=[], environment="*", to_at=None, deputy_of=None)
        case.require_values(grant, granted_by=case.actor, from_at=row["added_at"])
    is_first = bool(grants) and grants[0]["role"] == "administrator"
    case.require(is_first or not founder, f"the founder {person} is no administrator")


def judge_enrolled(case: Case) -> None:
    """A new credential; every former one of the person is revoked."""
    row = case.created("credential")
    person = row["person"]
    require_active(case, person)
    case.require(case.subject == f"people/{person}", f"it enrols {person} under {case.subject}")
    case.require(row["key"].startswith(f"people/{person}/credentials/"), f"{row['key']} is no credential of {person}")
    case.require_values(row, kind="totp", state="active", last_step=0, failed_at=[], locked_until=None)
    case.require_values(row, enrolled_by=case.actor)
    case.pin(row, "enrolled_at")
    known = case.state.find("credential", person=person)
    is_administrator = any(one["role"] == "administrator" for one in case.state.find("role_grant", person=person))
    if case.auth == "totp" or known or not is_administrator or not is_founding(case):
        require_administrator(case, person, "enrol person")
    _require_revoked(case, person, known)


def judge_revoked(case: Case) -> None:
    """A person leaves the roster, with every grant and credential; an administrator remains."""
    row = case.change("person", case.subject)
    person = row["person"]
    require_active(case, person)
    case.require_values(row, state="revoked")
    _require_another_administrator(case, person)
    require_administrator(case, person, "revoke person")
    _require_ended(case, case.state.find("role_grant", person=person))
    _require_revoked(case, person, case.state.find("credential", person=person))


def judge_granted(case: Case) -> None:
    """Grants of one role to one person, from now or later; a deputy's end with the time of the represented person."""
    grants = case.new("role_grant")
    case.require(grants, "it grants no role")
    for grant in grants:
        person = grant["person"]
        case.require(case.subject == f"people/{person}", f"it grants a role to {person} under {case.subject}")
        require_active(case, person)
        case.require_values(grant, granted_by=case.actor)
        case.require(case.moment.low <= grant["from_at"], f"the role of {person} begins before it was granted")
        case.require(grant["to_at"] is None or grant["from_at"] < grant["to_at"], "the role ends before it begins")
        _check_scope(case, grant)
        if grant["deputy_of"] is not None:
            _check_deputy(case, grant)
    case.require(len({one["role"] for one in grants}) == 1, "it grants several roles")
    case.require(len(grants) == 1 or all(one["deputy_of"] for one in grants), "it grants several roles")
    require_administrator(case, grants[0]["person"], "grant role", "deputise")


def judge_role_ended(case: Case) -> None:
    """Every present and future grant of a role of a person ends now; an enrolled administrator remains."""
    person, role = case.subject.removeprefix("people/"), case.data.get("role")
    require_active(case, person)
    grants = [one for one in case.state.find("role_grant", person=person) if one["role"] == role]
    case.require(case.changed("role_grant"), "it ends no grant")
    _require_ended(case, grants)
    if role == "administrator":
        _require_another_administrator(case, person)
    require_administrator(case, person, "end role")


def judge_adopted(case: Case) -> None:
    """An administrator adopts a version of a standard, whose text is named by its digest."""
    row = case.created("standard")
    case.require_values(row, key=case.subject, adopted_by=case.actor, digest=case.refs.get("standard"))
    case.require(row["key"] == f"standards/{row['standard']}/{row['version']}", f"{row['key']} is not its key")
    case.pin(row, "adopted_at")
    require_administrator(case, "", "adopt standard")


def _require_revoked(case: Case, person: str, known: list[Values]) -> None:
    expected = {one["key"] for one in known if one["state"] == "active"}
    revoked = {one["key"] for one in case.changed("credential") if one["state"] == "revoked"}
    case.require(revoked == expected, f"the credentials of {person} that it revokes are not those that were active")


def _require_ended(case: Case, grants: list[Values]) -> None:
    ends = {one["key"]: one["to_at"] for one in case.changed("role_grant")}
    for end in ends.values():
        case.require(case.moment.pin(end), f"a grant ends at {end}, which is not the time of the event")
    for grant in grants:
        lasts = grant["to_at"] is None or case.moment.before(grant["to_at"])
        case.require(not lasts or grant["key"] in ends, f"the grant {grant['key']} does not end")
    known = {one["key"] for one in grants}
    case.require(ends.keys() <= known, "it ends a grant of another person or role")


def _require_another_administrator(case: Case, person: str) -> None:
    remains = set(administrators(case)) - {person}
    is_one = bool(grants_held(case, person, "administrator"))
    case.require(remains or not is_one, f"without {person} no enrolled administrator remains")


def _check_scope(case: Case, grant: Values) -> None:
    case.require(set(grant["tiers"]) <= {1, 2, 3, 4}, f"{grant['key']} names an unknown tier")
    if grant["role"] == "administrator":
        case.require_values(grant, team="*", tiers=[], environment="*", to_at=None, deputy_of=None)


def _check_deputy(case: Case, grant: Values) -> None:
    principal, role = grant["deputy_of"], grant["role"]
    case.require(principal != grant["person"], f"{principal} cannot be their own deputy")
    require_active(case, principal)
    case.require(grant["to_at"] is not None, f"the role of the deputy {grant['person']} has no end")
    held = grants_held(case, principal, role, grant["team"], environment=grant["environment"])
    is_held = any(one["deputy_of"] is None for one in held) or bool(_overlapping(case, grant))
    case.require(is_held, f"{principal} does not hold the role {role} directly")


def _overlapping(case: Case, grant: Values) -> list[Values]:
    """Return the represented person's own grants of the same scope that overlap the time of the deputy's grant."""
    scope = ("role", "team", "tiers", "environment")
    own = [one for one in case.state.find("role_grant", person=grant["deputy_of"]) if one["deputy_of"] is None]
    same = [one for one in own if all(one[name] == grant[name] for name in scope)]
    return [
        one
        for one in same
        if one["from_at"] < grant["to_at"] and (one["to_at"] is None or grant["from_at"] < one["to_at"])
    ]
