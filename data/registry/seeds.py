"""Store the seeds of one-time codes, encrypted with a key outside the database. No event ever contains a seed.

A seed is encrypted together with the key of its credential, which names its owner, as `{"credential": …, "seed": …}`.
A sealed seed that was copied under another key is therefore refused there. Fernet authenticates the whole envelope
(AES-128-CBC, then HMAC-SHA256). It was kept, and not replaced by AES-GCM with the key as associated data, because it
needs no second key and no nonce that must never repeat, and because the seal of an earlier version, which is the bare
seed, is recognised by its authenticated content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken

from data.errors import SeedMismatchError, SigningKeyError, StoreLockedError
from data.files.durable_file import write_durably
from data.files.file_access import PRIVATE_FOLDER
from data.files.file_fault import file_faults
from data.files.file_lock import PRIVATE, take_lock

WAIT_SECONDS = 30.0
"""Longest wait for the lock of the seed files, in seconds. Writing a seed takes milliseconds; a longer wait means that
another process hangs."""

SEALED_BEFORE, SEALED_AFTER = timedelta(minutes=2), timedelta(seconds=2)
"""How long before and after its enrolment event a seed can have been sealed. The seal has whole seconds; `after` allows
for that and for a clock that is corrected in between."""


class _Unsealed(NamedTuple):
    """A decrypted seed, the time of its seal, and the credential that it was sealed for; empty in an unbound seal."""

    seed: str
    credential: str
    sealed_at: datetime


class SeedVault:
    """The encrypted seeds of one home: `seeds.json` contains the seeds, `seeds.key` their key; both have mode 0600.

    A seed is written once under its credential and never replaced, so two simultaneous enrolments cannot mix up their
    seeds. Earlier versions sealed a seed without its credential: such a seal is called unbound.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key_file = directory / "seeds.key"
        self._seeds_file = directory / "seeds.json"

    def seal(self, person: str, seed: str, at_least: int = 1, enrolled: Mapping[str, datetime] | None = None) -> str:
        """Encrypt and store a seed under the next free `<person>/credentials/<n>`, n ≥ `at_least`; return that key.

        `person` is a key `people/<id>`. A number that has a seed but no recorded enrolment is skipped, not reused.
        `enrolled` gives credentials with unbound seals and the times of their enrolment: a seal that `open_unbound`
        accepts is replaced by a bound one. Raises StoreLockedError, SigningKeyError.
        """
        with file_faults(self._seeds_file, kind=SigningKeyError), self._locked():
            sealed = self._sealed()
            key = next(k for n in count(at_least) if (k := f"{person}/credentials/{n}") not in sealed)
            sealed.update(self._bound_again(sealed, enrolled or {}))
            sealed[key] = self._bound(key, seed)
            write_durably(self._seeds_file, json.dumps(sealed, indent=1, sort_keys=True).encode())
        return key

    def holds(self, credential: str) -> bool:
        """Return True if a seed is stored under this credential's key. Raises SigningKeyError for a damaged file."""
        return credential in self._sealed()

    def open(self, credential: str) -> str:
        """Return the decrypted seed of a credential.

        Raises SigningKeyError when there is none or decryption fails, SeedMismatchError when it was not sealed for this
        credential.
        """
        found = self._unsealed(self._sealed(), credential)
        if found.credential != credential:
            raise SeedMismatchError(_not_sealed_for(credential, self._seeds_file))
        return found.seed

    def open_unbound(self, credential: str, enrolled_at: datetime) -> str:
        """Return the seed of a credential that was enrolled by an earlier version, when seals were unbound.

        Two facts can be known of the owner of an unbound seal. It was sealed just before its enrolment was recorded at
        `enrolled_at`, both by the clock of one process. And no seed is sealed twice. Without them it is refused. Raises
        SigningKeyError and SeedMismatchError as `open` does.
        """
        sealed = self._sealed()
        found = self._unsealed(sealed, credential)
        if found.credential == credential:
            return found.seed
        in_time = enrolled_at - SEALED_BEFORE <= found.sealed_at <= enrolled_at + SEALED_AFTER
        if found.credential or not in_time or self._is_elsewhere(sealed, credential, found.seed):
            raise SeedMismatchError(_not_sealed_for(credential, self._seeds_file))
        return found.seed

    def unbound(self) -> frozenset[str]:
        """Return the keys of the credentials whose seal names no credential. Raises SigningKeyError for a damaged file.

        A seal that cannot be decrypted is left out.
        """
        sealed = self._sealed()
        return frozenset(key for key in sealed if (found := self._readable(sealed, key)) and not found.credential)

    def _unsealed(self, sealed: Mapping[str, str], credential: str) -> _Unsealed:
        token = sealed.get(credential)
        if token is None:
            raise SigningKeyError(f"there is no seed of {credential} in {self._seeds_file}", "enrol the person again")
        if not self._key_file.exists():
            raise SigningKeyError(f"{self._key_file} is missing; without it no seed can be decrypted")
        try:
            cipher = self._cipher()
            text = cipher.decrypt(token.encode()).decode()
            at = datetime.fromtimestamp(cipher.extract_timestamp(token.encode()), UTC)
        except (InvalidToken, ValueError) as error:
            raise SigningKeyError(f"the key in {self._key_file} does not decrypt the seed of {credential}") from error
        # A bare seed is base32 (RFC 4648 §6), which has no brace.
        bound = json.loads(text) if text.startswith("{") else {"seed": text, "credential": ""}
        return _Unsealed(bound["seed"], bound["credential"], at)

    def _bound(self, credential: str, seed: str) -> str:
        envelope = json.dumps({"credential": credential, "seed": seed}, sort_keys=True)
        return self._cipher().encrypt(envelope.encode()).decode()

    def _bound_again(self, sealed: Mapping[str, str], enrolled: Mapping[str, datetime]) -> dict[str, str]:
        """Return the new seal of each of these credentials that has an acceptable unbound one."""
        bound = {}
        for credential, enrolled_at in enrolled.items():
            try:
                bound[credential] = self._bound(credential, self.open_unbound(credential, enrolled_at))
            except (SeedMismatchError, SigningKeyError):
                continue  # the seal stays as it is, and is refused when its person gives a code
        return bound

    def _is_elsewhere(self, sealed: Mapping[str, str], credential: str, seed: str) -> bool:
        """Return True if another credential has the same seed: one sealed line was copied over another."""
        others = (self._readable(sealed, other) for other in sealed.keys() - {credential})
        return any(found is not None and found.seed == seed for found in others)

    def _readable(self, sealed: Mapping[str, str], credential: str) -> _Unsealed | None:
        try:
            return self._unsealed(sealed, credential)
        except SigningKeyError:
            return None

    def _sealed(self) -> dict[str, str]:
        if not self._seeds_file.exists():
            return {}
        try:
            return dict(json.loads(self._seeds_file.read_text("utf-8")))
        except ValueError as error:
            raise SigningKeyError(f"{self._seeds_file} is damaged: {error}") from error

    def _cipher(self) -> Fernet:
        if not self._key_file.exists():
            write_durably(self._key_file, Fernet.generate_key())
        return Fernet(self._key_file.read_bytes())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one thread of one process write the seed files while the block runs. Raises StoreLockedError."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        lock = take_lock(self._directory / "seeds.lock", wait_seconds=WAIT_SECONDS, mode=PRIVATE)
        if lock is None:
            raise StoreLockedError(
                f"another process or thread has held {self._directory / 'seeds.lock'} for {WAIT_SECONDS:g} seconds",
                "end the process that holds the file, then try again",
            )
        with lock:
            yield


def seed_digest(credential: str, seed: str) -> str:
    """Return `sha256:<hex>` of a seed together with the key of its credential, for the enrolment event.

    A seed has 160 random bits, so the digest cannot be searched backwards; equal seeds of two credentials have
    different digests.
    """
    return "sha256:" + hashlib.sha256(f"modelward seed v1\n{credential}\n{seed}".encode()).hexdigest()


def _not_sealed_for(credential: str, file: Path) -> str:
    return f"the seed under {credential} in {file} is not proven to be the one sealed for that credential"
