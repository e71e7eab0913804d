"""Seeds of one-time codes, sealed with a key outside the database; they never appear in an event."""

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
"""A seed is written within milliseconds: who waits longer than this waits for a process that hangs."""


class SeedVault:
    """The sealed seeds of one installation: `seeds.json` holds them encrypted under `seeds.key`, both 0600.

    A seed is written once under its credential and never replaced, so two enrolments at once cannot mix up theirs.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key_file = directory / "seeds.key"
        self._seeds_file = directory / "seeds.json"

    def seal(self, person: str, seed: str, at_least: int = 1) -> str:
        """Keep a seed under the next free `<person>/credentials/<n>`, n ≥ `at_least`; answers that credential's key.

        `person` is a key, `people/<id>`. A number whose enrolment was never recorded is passed over, not used again.
        """
        with self._alone():
            sealed = self._sealed()
            key = next(k for n in count(at_least) if (k := f"{person}/credentials/{n}") not in sealed)
            sealed[key] = self._box().encrypt(seed.encode()).decode()
            _write_private(self._seeds_file, json.dumps(sealed, indent=1, sort_keys=True).encode())
        return key

    def holds(self, credential: str) -> bool:
        """Whether a seed is sealed under this credential's key."""
        return credential in self._sealed()

    def open(self, credential: str) -> str:
        """The seed of a credential. Raises SigningKeyError when it is missing or cannot be opened."""
        token = self._sealed().get(credential)
        if token is None:
            raise SigningKeyError(f"there is no sealed seed of {credential}", "enrol the person again")
        if not self._key_file.exists():
            raise SigningKeyError(f"{self._key_file} is missing: no seed opens without it")
        try:
            return self._box().decrypt(token.encode()).decode()
        except (InvalidToken, ValueError) as error:
            raise SigningKeyError(f"the seed of {credential} does not open with the key that is here") from error

    def _sealed(self) -> dict[str, str]:
        if not self._seeds_file.exists():
            return {}
        try:
            return dict(json.loads(self._seeds_file.read_text("utf-8")))
        except ValueError as error:
            raise SigningKeyError(f"{self._seeds_file} is damaged: {error}") from error

    def _box(self) -> Fernet:
        if not self._key_file.exists():
            _write_private(self._key_file, Fernet.generate_key())
        return Fernet(self._key_file.read_bytes())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, across processes and threads. Raises StoreLockedError."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = take_lock(self._directory / "seeds.lock", wait_seconds=WAIT_SECONDS, mode=PRIVATE)
        if lock is None:
            raise StoreLockedError(f"another process has written seeds for {WAIT_SECONDS:g} seconds")
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
