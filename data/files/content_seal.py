"""Seals files that can be made again, such as cached counts, so that a change by somebody else is noticed.

A seal is an HMAC-SHA256 (RFC 2104) with a key of the home over the name and the content of a file. It is no signature:
whoever can read the key can seal. Evidence is protected by the log instead.
"""

from __future__ import annotations

import hmac
import secrets
from functools import cached_property
from pathlib import Path

from data.errors import SigningKeyError
from data.files.durable_file import create_durably
from data.files.file_fault import file_faults

SEAL_KEY = "cache.key"
KEY_BYTES = SEAL_BYTES = 32


class ContentSeal:
    """Makes and checks seals with the key `cache.key` in the folder of keys, which is created at the first use."""

    def __init__(self, keys: Path) -> None:
        self._keys = keys

    def seal(self, name: str, content: bytes) -> bytes:
        """Return the seal of a content under a name, 32 bytes. The name must say what the content is about.

        Raises SigningKeyError when the key cannot be read or created.
        """
        return hmac.digest(self._key, name.encode() + b"\n" + content, "sha256")

    def fits(self, name: str, content: bytes, seal: bytes) -> bool:
        """Return True if a seal was made for this name and content. Raises SigningKeyError."""
        return hmac.compare_digest(self.seal(name, content), seal)

    @cached_property
    def _key(self) -> bytes:
        path = self._keys / SEAL_KEY
        with file_faults(path, kind=SigningKeyError):
            if not path.exists():
                create_durably(path, secrets.token_bytes(KEY_BYTES))
            key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise SigningKeyError(
                f"{path} is damaged", "delete it: a new key is created, and what it sealed is made again"
            )
        return key
