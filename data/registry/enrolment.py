"""Enrolling a person: the seed is sealed first, then the credential is recorded, then the person is shown the seed.

A crash after the sealing leaves a sealed seed that no credential names: it proves nothing and is never used again.
A crash after the recording leaves a credential whose seed nobody was shown: enrol again, which ends it.
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

ISSUER = "modelward"


def enrol(
    registry: Registry, person: str, actor: Actor, proof: Proof | None = None, as_of: datetime | None = None
) -> str:
    """Give a person a fresh one-time-code seed; answers the otpauth URI to show them once.

    Raises InvalidNameError, NotFoundError, and whatever the registry refuses with.
    """
    key = person_key(person)
    with registry.reading() as state:
        state.need(Person, key)
        known = [int(one.key.rpartition("/")[2]) for one in state.find(Credential, person=person)]
    seed = pyotp.random_base32()
    credential = registry.seeds.seal(key, seed, at_least=max(known, default=0) + 1)
    number = int(credential.rpartition("/")[2])
    registry.execute(EnrolPerson(person=person, credential=number, proof=proof), RunContext(actor, as_of))
    return pyotp.TOTP(seed).provisioning_uri(name=person, issuer_name=ISSUER)
