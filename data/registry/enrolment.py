"""Enrol a person: store the encrypted seed, then record the credential, then show the seed to the person.

After a crash between the first two steps a stored seed belongs to no credential: it proves nothing and is never used.
After a crash between the last two steps nobody has seen the seed of the credential. Enrolling the person again revokes
that credential.
"""

from __future__ import annotations

from datetime import datetime

import pyotp

from data.records.names import person_key
from data.records.person import Actor, Credential, Person
from data.records.run_context import RunContext
from data.registry.command import Proof
from data.registry.commands.person import EnrolPerson
from data.registry.registry import Registry
from data.registry.seed_check import enrolled_at
from data.registry.seeds import SeedVault
from data.registry.state import State

ISSUER = "modelward"


def enrol(
    registry: Registry, person: str, actor: Actor, proof: Proof | None = None, as_of: datetime | None = None
) -> str:
    """Give a person a new one-time-code seed and return the otpauth URI, which is shown to the person once.

    Raises InvalidNameError, NotFoundError, and RefusedError or InputError when the registry refuses the enrolment.
    """
    key = person_key(person)
    with registry.reading() as state:
        state.need(Person, key)
        known = [int(one.key.rpartition("/")[2]) for one in state.find(Credential, person=person)]
        unbound = _unbound(state, registry.seeds)
    seed = pyotp.random_base32()
    credential = registry.seeds.seal(key, seed, max(known, default=0) + 1, unbound)
    number = int(credential.rpartition("/")[2])
    registry.execute(EnrolPerson(person=person, credential=number, proof=proof), RunContext(actor, as_of))
    return pyotp.TOTP(seed).provisioning_uri(name=person, issuer_name=ISSUER)


def _unbound(state: State, seeds: SeedVault) -> dict[str, datetime]:
    """Return the active credentials whose seal an earlier version made, each with the time of its enrolment."""
    unbound = seeds.unbound()
    active = state.find(Credential, kind="totp", state="active") if unbound else ()
    return {one.key: enrolled_at(state, one.person) for one in active if one.key in unbound}
