"""Store the seeds of one-time codes, encrypted with a key outside the database. No event ever contains a seed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from data.errors import SigningKeyError, StoreLockedError
from data.files.file_lock import PRIVATE, take_lock

WAIT_SECONDS = 30.0
"""Longest wait for the lock of the seed files, in seconds. Writing a seed takes milliseconds; a longer wait means that
another process hangs."""


class SeedVault:
    """The encrypted seeds of one home: `seeds.json` contains the seeds, `seeds.key` their key; both have mode 0600.

    A seed is written once under its credential and never replaced, so two simultaneous enrolments cannot mix up their
    seeds.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key_file = directory / "seeds.key"
        self._seeds_file = directory / "seeds.json"

    def seal(self, person: str, seed: str, at_least: int = 1) -> str:
        """Encrypt and store a seed under the next free `<person>/credentials/<n>`, n ≥ `at_least`; return that key.

        `person` is a key `people/<id>`. A number that has a seed but no recorded enrolment is skipped, not reused.
        Raises StoreLockedError, SigningKeyError.
        """
        with self._locked():
            sealed = self._sealed()
            key = next(k for n in count(at_least) if (k := f"{person}/credentials/{n}") not in sealed)
            sealed[key] = self._cipher().encrypt(seed.encode()).decode()
            _write_private(self._seeds_file, json.dumps(sealed, indent=1, sort_keys=True).encode())
        return key

    def holds(self, credential: str) -> bool:
        """Return True if a seed is stored under this credential's key. Raises SigningKeyError for a damaged file."""
        return credential in self._sealed()

    def open(self, credential: str) -> str:
        """Return the decrypted seed of a credential. Raises SigningKeyError when there is none or decryption fails."""
        token = self._sealed().get(credential)
        if token is None:
            raise SigningKeyError(f"there is no seed of {credential} in {self._seeds_file}", "enrol the person again")
        if not self._key_file.exists():
            raise SigningKeyError(f"{self._key_file} is missing; without it no seed can be decrypted")
        try:
            return self._cipher().decrypt(token.encode()).decode()
        except (InvalidToken, ValueError) as error:
            raise SigningKeyError(f"the key in {self._key_file} does not decrypt the seed of {credential}") from error

    def _sealed(self) -> dict[str, str]:
        if not self._seeds_file.exists():
            return {}
        try:
            return dict(json.loads(self._seeds_file.read_text("utf-8")))
        except ValueError as error:
            raise SigningKeyError(f"{self._seeds_file} is damaged: {error}") from error

    def _cipher(self) -> Fernet:
        if not self._key_file.exists():
            _write_private(self._key_file, Fernet.generate_key())
        return Fernet(self._key_file.read_bytes())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one thread of one process write the seed files while the block runs. Raises StoreLockedError."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = take_lock(self._directory / "seeds.lock", wait_seconds=WAIT_SECONDS, mode=PRIVATE)
        if lock is None:
            raise StoreLockedError(
                f"another process or thread has held {self._directory / 'seeds.lock'} for {WAIT_SECONDS:g} seconds",
                "end the process that holds the file, then try again",
            )
        with lock:
            yield


def _write_private(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
