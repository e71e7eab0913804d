"""Encodes an event as canonical JSON bytes (the body) and hashes them; the log, the chain and the journal use these
bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import rfc8785

from data.errors import InputError

GENESIS_PREV = "0" * 64
"""The `prev` of event 0, which has no event before it."""


def canonical(value: Mapping[str, object]) -> bytes:
    """Return the RFC 8785 form of a JSON object as UTF-8 bytes.

    Raises `InputError` when the value has no such form: NaN or infinity, an integer beyond ±(2**53 − 1), a lone
    surrogate, a key that is not text, or a type that JSON does not have.
    """
    return _dump(dict(value))


def canonical_text(value: object) -> str:
    """Return the RFC 8785 form of any JSON value as text, in which state tables store lists and objects.

    Raises `InputError` in the same cases as `canonical`.
    """
    return _dump(value).decode()


def leaf_hash(body: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ body), 32 bytes: the leaf hash of RFC 6962 §2.1, which the next event has as its `prev`."""
    return hashlib.sha256(b"\x00" + body).digest()


def _dump(value: object) -> bytes:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # anything it cannot write, it refuses
    except (ValueError, RecursionError) as broken:
        raise InputError(
            f"the value cannot be written to the audit log: {broken}",
            "use finite numbers, integers within ±(2**53 − 1), plain text, lists and objects",
        ) from broken
