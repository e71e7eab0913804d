"""Open the one-time-code seed of a credential, and compare it with the enrolment that the log records."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from data.errors import SeedMismatchError
from data.records.events import EventType
from data.records.names import person_key, short
from data.records.person import Credential
from data.registry.seeds import SeedVault, seed_digest
from data.registry.state import State


def checked_seed(state: State, seeds: SeedVault, credential: Credential) -> str:
    """Return the seed of a credential, if it is the seed that was enrolled.

    The enrolment recorded the seed's digest. One of an earlier version did not; then the seal itself must name the
    credential, or have been made when the credential was enrolled. Raises SeedMismatchError otherwise, and
    SigningKeyError when the seed is missing or cannot be decrypted.
    """
    if credential.credential_digest is None:
        return seeds.open_unbound(credential.key, enrolled_at(state, credential.person))
    seed = seeds.open(credential.key)
    if seed_digest(credential.key, seed) != credential.credential_digest:
        raise SeedMismatchError(f"the seed of {short(credential.key)} is not the one that was enrolled")
    return seed


def enrolled_at(state: State, person: str) -> datetime:
    """Return the wall time of a person's last enrolment, by the clock of the process that recorded it.

    `recorded_at` is never earlier than the event before, and `effective_at` is business time: only the event's id, a
    UUID of version 7, has that clock (RFC 9562 §5.7).
    """
    identity = state.event_id(person_key(person), EventType.PERSON_ENROLLED)
    milliseconds = UUID(identity).int >> 80 if identity else 0
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)
