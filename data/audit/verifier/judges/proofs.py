"""Roles, credentials and one-time codes, as the rows before an event show them.

The seeds are secret, so a code itself cannot be checked again. What can be checked is everything around it: the person
is active, the credential is theirs and active and not locked, the attempt was counted before, the time step of the code
was never used and belongs to the time of the event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.moment import EARLIEST, instant, shifted
from data.audit.verifier.judges.rows import Values

STEP_SECONDS = 30  # RFC 6238 §5.2
ATTEMPTS = 5
ATTEMPT_WINDOW = LOCK_OUT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=2)
OWNER_OF_THE_MODEL = 5
"""The first rules by which the role owner counts only for the owner of the model and their deputies."""


def require_code(case: Case, *commands: str) -> str:
    """Check the one-time code of the actor for one of these commands and return the person.

    `case.proven` becomes True.
    """
    person = case.actor
    case.require(case.auth == "totp", f"it needs a one-time code, but {person} is identified by {case.auth}")
    require_active(case, person)
    before = active_credential(case, person)
    case.require(before is not None, f"{person} has no active credential")
    former = before or {}
    rows = [row for row in case.changed("credential") if row["person"] == person and row["state"] == "active"]
    case.require(len(rows) == 1 and rows[0]["key"] == former["key"], f"it does not use the credential {former['key']}")
    after = rows[0]
    case.require(_is_unlocked(case, former), f"{person} was locked until {former['locked_until']}")
    counted = next((one for one in commands if case.state.attempts[person, one] > 0), "")
    case.require(counted, f"no attempt of {person} to {' or '.join(commands)} was counted before this event")
    case.state.attempts[person, counted] -= 1
    step, used = after["last_step"], former["last_step"]
    case.require(type(step) is int and step > used, f"the code of step {step} is not later than the last one, {used}")
    case.require(_is_step_of(case, step), f"the code of step {step} was not valid at the time of the event")
    case.require_values(after, failed_at=[], locked_until=None)
    case.proven = True
    return person


def judge_attempt(case: Case) -> None:
    """Check that an attempt is counted, and that too many of them lock the credential."""
    person, command = case.subject.removeprefix("people/"), case.data.get("attempted")
    case.require(isinstance(command, str), "it does not name the command that was attempted")
    before = active_credential(case, person)
    if before is None or not _is_unlocked(case, before):
        case.require(not case.images, f"{person} has no credential that could be changed")
        case.require(bool(before) == bool(case.data.get("locked")), f"it is wrong about the lock of {person}")
    else:
        _check_count(case, before)
    case.state.attempts[person, str(command)] += 1


def judge_used(case: Case) -> None:
    """Check that the code of a refused command is used up: only the step of an attempt that was counted."""
    person, command = case.subject.removeprefix("people/"), str(case.data.get("attempted"))
    before = active_credential(case, person)
    case.require(before is not None and _is_unlocked(case, before), f"{person} has no credential that could be used")
    former = before or {}
    after = case.change("credential", former["key"])
    case.require(case.state.attempts[person, command] > 0, f"no attempt of {person} to {command} was counted before")
    case.state.attempts[person, command] -= 1
    step, used = after["last_step"], former["last_step"]
    case.require(type(step) is int and step > used, f"the code of step {step} is not later than the last one, {used}")
    case.require(_is_step_of(case, step), f"the code of step {step} was not valid at the time of the event")


def _check_count(case: Case, before: Values) -> None:
    locked = case.data.get("locked") is True and before["locked_until"] is not None
    if locked and not case.images and case.moment.before(before["locked_until"]):
        return
    after = case.change("credential", before["key"])
    case.require(after["failed_at"], "the attempt is not counted")
    now = after["failed_at"][-1]
    case.require(case.moment.pin(now), f"the attempt is counted at {now}, which is not the time of the event")
    since = shifted(now, -ATTEMPT_WINDOW)
    failed = [*(one for one in before["failed_at"] if one > since), now]
    locked_until = shifted(now, LOCK_OUT) if len(failed) > ATTEMPTS else None
    case.require_values(after, failed_at=failed[-(ATTEMPTS + 1) :], locked_until=locked_until)


def active_credential(case: Case, person: str) -> Values | None:
    """Return the active one-time-code credential of a person before the event, or None."""
    found = [one for one in case.state.find("credential", person=person) if one["state"] == "active"]
    return next((one for one in reversed(found) if one["kind"] == "totp"), None)


def is_active(case: Case, person: object) -> bool:
    """Return True if a person was active on the roster before the event."""
    row = case.state.get("person", f"people/{person}")
    return row is not None and row["state"] == "active"


def require_active(case: Case, person: object) -> Values:
    """Return the row of a person. Raises ImpossibleEventError when the person was not active on the roster."""
    case.require(is_active(case, person), f"{person} was not active on the roster")
    return case.need("person", f"people/{person}")


def grants_held(
    case: Case, person: str, role: str, team: str = "*", tier: int = 0, environment: str = "*"
) -> list[Values]:
    """Return each grant by which a person held a role in a scope at the time of the event (`*` and 0: any).

    The grant of a deputy counts only while the represented person held the role directly.
    """

    def in_force(holder: str) -> list[Values]:
        return [
            one
            for one in case.state.find("role_grant", person=holder)
            if one["role"] == role
            and case.moment.reached(one["from_at"])
            and (one["to_at"] is None or case.moment.before(one["to_at"]))
            and _fits(one["team"], team)
            and _fits(one["environment"], environment)
            and (not one["tiers"] or tier == 0 or tier in one["tiers"])
        ]

    def is_held(principal: str) -> bool:
        return is_active(case, principal) and any(one["deputy_of"] is None for one in in_force(principal))

    return [one for one in in_force(person) if one["deputy_of"] is None or is_held(one["deputy_of"])]


def roles_held(
    case: Case, person: str, roles: Iterable[str], model: Values, environment: str = "*", tier: int = 0
) -> list[Values]:
    """Return each grant of one of these roles that a person held for a model in an environment (tier 0: the model's).

    The role owner counts only for the owner of the model and their deputies.
    """
    scope = (model["team"], tier or model["tier"], environment)
    held = [one for role in roles for one in grants_held(case, person, role, *scope)]
    if case.rules < OWNER_OF_THE_MODEL:
        return held
    return [one for one in held if one["role"] != "owner" or (one["deputy_of"] or person) == model["owner"]]


def principal_of(grants: Iterable[Values]) -> str | None:
    """Return the person that the holder of these grants represents, the first by id; None if a grant is their own."""
    principals = [one["deputy_of"] for one in grants]
    return None if None in principals else min(principals, default=None)


def administrators(case: Case) -> list[str]:
    """Return everybody who could act as administrator before the event: active, in the role, and enrolled."""
    active = [one["person"] for one in case.state.all("person") if one["state"] == "active"]
    return [one for one in active if grants_held(case, one, "administrator") and active_credential(case, one)]


def is_founding(case: Case) -> bool:
    """Return True until two people who were ever administrators have been enrolled."""
    ever = {one["person"] for one in case.state.all("role_grant") if one["role"] == "administrator"}
    return sum(1 for one in ever if case.state.keys("credential", person=one)) < 2


def require_administrator(case: Case, besides: str, *commands: str) -> None:
    """Check that the actor is an administrator with a code for one of these commands, other than `besides`.

    Until the first administrator was enrolled no code was needed.
    """
    enrolled = administrators(case)
    if case.auth != "totp":
        case.require(not enrolled and is_founding(case), "it needs the one-time code of an administrator")
        return
    case.require(case.actor != besides, f"{case.actor} cannot change their own entry on the roster")
    case.require(case.actor in enrolled, f"{case.actor} was not an administrator")
    require_code(case, *commands)


def _fits(granted: str, needed: str) -> bool:
    return granted == "*" or needed in ("*", granted)


def _is_unlocked(case: Case, credential: Values) -> bool:
    return credential["locked_until"] is None or case.moment.reached(credential["locked_until"])


def _is_step_of(case: Case, step: int) -> bool:
    newest = int(instant(case.moment.high).timestamp()) // STEP_SECONDS
    if case.moment.low == EARLIEST:
        return step <= newest
    oldest = int((instant(case.moment.low) - LONGEST_WAIT).timestamp()) // STEP_SECONDS - 1
    return oldest <= step <= newest
