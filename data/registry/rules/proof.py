"""Check proofs of person and look up roles.

A proof is a one-time code (RFC 6238). Each attempt is counted before the code is checked, a code is accepted once, and
the credential is locked after five wrong codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import pyotp

from data.errors import LockedOutError, NotAuthorisedError, ProofError, SeedMismatchError, SigningKeyError
from data.records.events import EventType
from data.records.model import Model
from data.records.names import person_key
from data.records.person import Actor, Credential, Person, Role, RoleGrant
from data.records.row import Row
from data.registry.command import Command, CommandResult, Context, Proof, Rule, Timed
from data.registry.commands.person import CountAttempt
from data.registry.seed_check import checked_seed
from data.registry.state import State

STEP_SECONDS = 30  # RFC 6238 §5.2
ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=15)
LOCK_OUT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=2)


@dataclass(frozen=True)
class Proven:
    """A person whose proof was accepted: the actor for the event, the changed credential row, and the credential's key.

    The row marks the code as used. `deputy_of` is the person that the actor represents, or None.
    """

    actor: Actor
    rows: tuple[Row, ...] = ()
    credential: str = ""
    deputy_of: str | None = None


class Scope(NamedTuple):
    """The team, tier and environment for which a role is needed; `*` and 0 stand for any."""

    team: str
    tier: int
    environment: str


def count_attempt(state: State, command: CountAttempt, context: Context) -> CommandResult:
    """Count an attempt to prove a person, and lock their credential after too many wrong codes."""
    credential = active_credential(state, command.person)
    if credential is None:
        return CommandResult(EventType.CREDENTIAL_ATTEMPTED, command.subject, data={"attempted": command.attempted})
    if _locked(credential, context):
        data = {"attempted": command.attempted, "locked": True}
        return CommandResult(EventType.CREDENTIAL_ATTEMPTED, command.subject, data=data)
    recent = tuple(one for one in credential.failed_at if context.now - one < ATTEMPT_WINDOW)
    failed = (*recent, context.now)
    locked = context.now + LOCK_OUT if len(failed) > ATTEMPTS else None
    row = credential.changed(failed_at=failed[-(ATTEMPTS + 1) :], locked_until=locked)
    return CommandResult(EventType.CREDENTIAL_ATTEMPTED, command.subject, (row,), {"attempted": command.attempted})


def prove(state: State, proof: Proof, context: Context) -> Proven:
    """Check a proof and return the proven person.

    Raises ProofError, LockedOutError, SeedMismatchError, NotAuthorisedError, and SigningKeyError for an unreadable
    seed.
    """
    credential = active_credential(state, proof.person)
    if active_person(state, proof.person) is None:
        raise NotAuthorisedError(f"{proof.person} is not on the roster")
    if credential is None:
        raise NotAuthorisedError(
            f"{proof.person} has no active one-time-code credential",
            f"run `modelward people enrol {proof.person}`",
        )
    # Check the lock first: during a lock-out the error must not reveal whether the code was right.
    if _locked(credential, context):
        until = f"{credential.locked_until:%Y-%m-%d %H:%M} UTC"
        raise LockedOutError(f"{proof.person} is locked out after {ATTEMPTS} wrong codes until {until}")
    step = _matching_step(checked_seed(state, context.seeds, credential), proof, context)
    if step is None:
        raise ProofError(f"the one-time code of {proof.person} is wrong{_overdue(proof)}")
    # RFC 6238 §5.2: a code is accepted once; an older step than the last accepted one is a replay as well.
    if step <= credential.last_step:
        raise ProofError(f"this one-time code of {proof.person} was used already")
    row = credential.changed(last_step=step, failed_at=(), locked_until=None)
    return Proven(Actor(id=proof.person, auth="totp"), (row,), credential.key)


def used_code(state: State, proof: Proof, attempted: str, context: Context) -> CommandResult | None:
    """Return the use of a right code whose command was refused; None for a wrong, used or locked one.

    A code that was seen must not stay valid: whoever reads the refused answer could use it elsewhere.
    """
    credential = active_credential(state, proof.person)
    if credential is None or _locked(credential, context):
        return None
    try:
        step = _matching_step(checked_seed(state, context.seeds, credential), proof, context)
    except (SeedMismatchError, SigningKeyError):
        return None
    if step is None or step <= credential.last_step:
        return None
    row = credential.changed(last_step=step)
    return CommandResult(EventType.CREDENTIAL_USED, person_key(proof.person), (row,), {"attempted": attempted})


def grants_held(state: State, person: str, role: Role, context: Timed, *, team: str = "*", tier: int = 0,
                environment: str = "*") -> list[RoleGrant]:  # fmt: skip
    """Return every grant by which a person holds a role now for this team, tier and environment (`*`, 0: any).

    A deputy's grant counts only while the represented person holds the role directly.
    """
    scope = Scope(team, tier, environment)
    held = _in_force(state, person, role, context, scope)
    return [one for one in held if not one.deputy_of or _principal_holds(state, one.deputy_of, role, context, scope)]


def grants_for(state: State, person: str, role: Role, context: Timed, model: Model, *, tier: int = 0,
               environment: str = "*") -> list[RoleGrant]:  # fmt: skip
    """Return every grant by which a person holds a role now for a model (tier 0: the model's).

    The role owner counts only for the owner of the model and their deputies.
    """
    scope = Scope(model.team, tier or model.tier, environment)._asdict()
    held = grants_held(state, person, role, context, **scope)
    return [one for one in held if role is not Role.OWNER or (one.deputy_of or one.person) == model.owner]


def holds_role(state: State, person: str, role: Role, context: Timed, *, team: str = "*", tier: int = 0,
               environment: str = "*") -> RoleGrant | None:  # fmt: skip
    """Return the first grant of `grants_held`, a person's own grant before one as deputy; None without a grant."""
    held = grants_held(state, person, role, context, team=team, tier=tier, environment=environment)
    return next(iter(sorted(held, key=lambda grant: grant.deputy_of is not None)), None)


def principal_of(grants: Sequence[RoleGrant]) -> str | None:
    """Return the person that the holder of these grants represents, the first by id; None if a grant is their own."""
    principals = [one.deputy_of for one in grants]
    return None if None in principals else min(filter(None, principals), default=None)


def deputy_data(person: str | None) -> dict[str, str]:
    """Return the event data `{"deputy_of": person}`; an empty dict if `person` is None: the actor is no deputy."""
    return {"deputy_of": person} if person else {}


def administrators(state: State, context: Timed) -> list[str]:
    """Return everybody who is an administrator now, active on the roster and enrolled, and so could act as one."""
    active = [person.person for person in state.find(Person, state="active")]
    held = [person for person in active if holds_role(state, person, Role.ADMINISTRATOR, context)]
    return [person for person in held if active_credential(state, person) is not None]


def is_founding(state: State) -> bool:
    """Return True until two administrators have been enrolled; from then on always False."""
    ever = {grant.person for grant in state.find(RoleGrant, role=Role.ADMINISTRATOR.value)}
    return sum(1 for person in ever if state.find(Credential, person=person)) < 2


def administrator(state: State, proof: Proof | None, context: Context, *, besides: str = "") -> Proven:
    """Check and return the proof of an administrator other than `besides`.

    Until the first administrator is enrolled no proof is needed. Raises NotAuthorisedError, ProofError, LockedOutError.
    """
    enrolled = administrators(state, context)
    if proof is None:
        if not enrolled and is_founding(state):
            return Proven(context.actor)
        raise NotAuthorisedError(
            "this needs the one-time code of an administrator", "add --by ADMINISTRATOR and enter the code"
        )
    if proof.person == besides:
        raise NotAuthorisedError(f"{besides} cannot change their own entry on the roster", "ask another administrator")
    if proof.person not in enrolled:
        if holds_role(state, proof.person, Role.ADMINISTRATOR, context):
            raise NotAuthorisedError(
                f"{proof.person} is an administrator but is not enrolled",
                f"run `modelward people enrol {proof.person}`",
            )
        raise NotAuthorisedError(f"{proof.person} does not hold the role administrator")
    return prove(state, proof, context)


def _in_force(state: State, person: str, role: Role, context: Timed, scope: Scope) -> list[RoleGrant]:
    """Return the grants of a role that a person has now in a scope, directly and as a deputy."""
    held = []
    for grant in state.find(RoleGrant, person=person, role=role.value):
        begun = grant.from_at <= context.now and (grant.to_at is None or context.now < grant.to_at)
        fits = _fits(grant.team, scope.team) and _fits(grant.environment, scope.environment)
        if begun and fits and (not grant.tiers or scope.tier == 0 or scope.tier in grant.tiers):
            held.append(grant)
    return held


def _fits(granted: str, needed: str) -> bool:
    return granted == "*" or needed == "*" or granted == needed


def active_person(state: State, person: str) -> Person | None:
    """Return a person on the roster by their id; None for one who was never added, or was removed."""
    row = state.get(Person, person_key(person))
    return row if row is not None and row.state == "active" else None


def active_credential(state: State, person: str) -> Credential | None:
    """Return the active one-time-code credential of a person, or None."""
    found = state.find(Credential, person=person, kind="totp", state="active")
    return found[-1] if found else None


def _principal_holds(state: State, person: str, role: Role, context: Timed, scope: Scope) -> bool:
    """Return True if a person holds a role directly; their grants as a deputy do not count."""
    own = [one for one in _in_force(state, person, role, context, scope) if one.deputy_of is None]
    return active_person(state, person) is not None and bool(own)


def _locked(credential: Credential, context: Context) -> bool:
    return credential.locked_until is not None and credential.locked_until > context.now


def _matching_step(seed: str, proof: Proof, context: Context) -> int | None:
    """Return the latest time step with this code, from now back to one step before its submission; None without one.

    RFC 6238 §5.2 allows one step for the transmission of a code, which ends when the code is submitted.
    """
    waited = min(timedelta(seconds=proof.waited_seconds), LONGEST_WAIT)
    newest, oldest = _step_at(context.now), _step_at(context.now - waited) - 1
    totp = pyotp.TOTP(seed)
    given = proof.code.replace(" ", "")
    for step in range(newest, oldest - 1, -1):
        if pyotp.utils.strings_equal(given, totp.generate_otp(step)):
            return step
    return None


def _step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def _overdue(proof: Proof) -> str:
    """Return an addition to the message if the code waited so long that even a right one is not accepted."""
    if proof.waited_seconds <= LONGEST_WAIT.total_seconds():
        return ""
    minutes, most = proof.waited_seconds / 60, LONGEST_WAIT.total_seconds() / 60
    return f", or came too late: it was read {minutes:.0f} minutes after it was entered; at most {most:.0f} are allowed"


RULES: Mapping[type[Command], Rule] = {CountAttempt: count_attempt}
