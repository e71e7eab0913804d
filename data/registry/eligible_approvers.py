"""Find the people who could act now: vote on a pending request, conclude a validation, or act in a given role.

The checks are those of the rules themselves, so a person found here is not refused for role or independence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from data.errors import IndependenceError, NotAuthorisedError
from data.records.approval import ApprovalRequest, EligibleApprover, Vote
from data.records.model import Model
from data.records.names import person_key
from data.records.person import Person, Role
from data.records.version import Version
from data.registry.approvals import people_behind
from data.registry.command import Moment, Proof
from data.registry.independence import require_allowed_signer
from data.registry.purposes import PURPOSES
from data.registry.rules import emergency
from data.registry.rules.approval import subject_of
from data.registry.rules.proof import active_credential, grants_for
from data.registry.rules.review import require_signer
from data.registry.state import State


def open_request_keys(state: State) -> list[str]:
    """Return the keys of the pending requests that are open for votes, sorted; no request is read.

    A request about an emergency release is open only while its version serves.
    """
    releases = [name for name, one in PURPOSES.items() if one.serves_before_votes]
    served = [key for name in releases for key in state.keys(ApprovalRequest, state="pending", purpose=name)]
    ended = {key for key in served if not emergency.is_live(state, key)}
    return [key for key in state.keys(ApprovalRequest, state="pending") if key not in ended]


def eligible_approvers(state: State, request: ApprovalRequest, now: datetime) -> tuple[EligibleApprover, ...]:
    """Return everybody who could vote on a request now, sorted by person and role.

    Each of them holds a required role for the request's team, tier and environment, has an active credential, and is
    independent of the version and of the requester. Neither they nor the person they represent has voted yet; the
    represented person must be independent too. A person who holds the role directly is not listed as deputy.
    """
    decided = {one for vote in state.find(Vote, request=request.key) for one in people_behind(vote)}
    people = [one for one in state.find(Person, state="active") if one.person not in decided]
    roles = list(dict.fromkeys(one.role for one in request.required))
    subject = subject_of(state, request.purpose, request.subject)
    model, version = subject.model, subject.version
    found = [one for role in roles for person in people for one in _ways(state, request, model, person, role, now)]
    free = [one for one in found if one.deputy_of not in decided and _independent(state, request, version, one)]
    first = {(one.person, one.role): one for one in reversed(free)}
    return tuple(first[key] for key in sorted(first, key=lambda key: (key[0], roles.index(key[1]))))


def validators(state: State, version: Version, now: datetime) -> tuple[str, ...]:
    """Return everybody who could conclude the validation of a version now: independent validators with a credential."""
    people = [one.person for one in state.find(Person, state="active")]
    enrolled = [person for person in people if active_credential(state, person) is not None]
    return tuple(person for person in enrolled if _may_validate(state, version, person, now))


def holders(state: State, model: Model, roles: Sequence[Role], environment: str, now: datetime) -> tuple[str, ...]:
    """Return everybody with an active credential who holds at least one of `roles` for a model in an environment."""
    people = [one.person for one in state.find(Person, state="active") if active_credential(state, one.person)]
    return tuple(
        person
        for person in people
        if any(grants_for(state, person, role, Moment(now), model, environment=environment) for role in roles)
    )


def _ways(
    state: State, request: ApprovalRequest, model: Model, person: Person, role: Role, now: datetime
) -> Iterator[EligibleApprover]:
    """Yield each way in which a person holds a role: first directly, then for each person they represent."""
    if active_credential(state, person.person) is None:
        return
    held = grants_for(
        state, person.person, role, Moment(now), model, tier=request.tier, environment=request.environment
    )
    for principal in sorted({one.deputy_of or "" for one in held}):
        yield EligibleApprover(person.person, person.name, role, principal or None)


def _independent(state: State, request: ApprovalRequest, version: Version, signer: EligibleApprover) -> bool:
    try:
        for name in filter(None, (signer.person, signer.deputy_of)):
            require_allowed_signer(state.need(Person, person_key(name)), version, request)
    except IndependenceError:
        return False
    return True


def _may_validate(state: State, version: Version, person: str, now: datetime) -> bool:
    try:
        require_signer(state, version, Proof(person=person, code=""), (Role.VALIDATOR,), Moment(now))
    except NotAuthorisedError:
        return False
    return True
