"""Reads the roster, the acting person of this process, and what a person needs to prove their identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.names import person_key
from data.records.person import Actor, Credential, Person, RoleGrant
from data.registry.current_actor import current_actor
from data.registry.registry import Registry
from data.registry.registry_time import registry_time
from data.registry.state import State

FOUNDERS = 2
"""The first administrators are added to the roster before anyone can have one-time codes."""


@dataclass(frozen=True)
class Roster:
    """Everybody who is or was on the roster, at the registry's time; `enrolled` are the ids of people with one-time
    codes."""

    now: datetime
    people: tuple[Person, ...]
    grants: tuple[RoleGrant, ...]
    enrolled: frozenset[str]

    def held_by(self, person: str) -> tuple[RoleGrant, ...]:
        """Return the grants of a person that have not ended."""
        return tuple(one for one in self.grants if one.person == person and not _has_ended(one, self.now))


@dataclass(frozen=True)
class PersonCheck:
    """Whether a person is active on the roster, the acting person of this process, and the registry's time."""

    is_active: bool
    actor: Actor
    now: datetime


def roster(registry: Registry) -> Roster:
    """Return the roster. Raises MissingRegistryError for an empty log, StoreError."""
    with registry.store.reading() as connection:
        now, state = registry_time(connection).now, State(connection)
        enrolled = frozenset(one.person for one in state.find(Credential, state="active"))
        return Roster(now, tuple(state.find(Person)), tuple(state.find(RoleGrant)), enrolled)


def current_person(registry: Registry) -> Actor:
    """Return the acting person of this process by roster id, or the operating-system user. Raises StoreError."""
    with registry.reading() as state:
        return current_actor(state)


def current_member(registry: Registry) -> Person | None:
    """Return the active person on the roster who acts in this process, or None. Raises StoreError."""
    with registry.reading() as state:
        found = state.find(Person, person=current_actor(state).id, state="active")
        return found[0] if found else None


def person_check(registry: Registry, person: str) -> PersonCheck:
    """Check whether the person with this id is active on the roster. Raises InvalidNameError, StoreError."""
    key = person_key(person)
    with registry.store.reading() as connection:
        state = State(connection)
        known = state.get(Person, key)
        is_active = known is not None and known.state == "active"
        return PersonCheck(is_active, current_actor(state), registry_time(connection).now)


def requires_code(registry: Registry, person: str) -> bool:
    """Return True if a person must enter a one-time code: the person or all founders are enrolled. Raises
    StoreError."""
    with registry.reading() as state:
        return bool(state.find(Credential, person=person)) or len(state.find(Credential)) >= FOUNDERS


def grants_in_own_right(registry: Registry, person: str, as_of: datetime | None) -> tuple[RoleGrant, ...]:
    """Return a person's grants other than as deputy, at `as_of` or the registry's time. Raises StoreError."""
    with registry.store.reading() as connection:
        now = as_of or registry_time(connection).now
        held = State(connection).find(RoleGrant, person=person)
        return tuple(one for one in held if not one.deputy_of and not _has_ended(one, now))


def _has_ended(grant: RoleGrant, now: datetime) -> bool:
    return grant.to_at is not None and grant.to_at <= now
