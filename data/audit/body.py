"""The body of an event: the canonical bytes that are hashed, chained, journalled and never written twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import rfc8785

from data.errors import InputError

GENESIS_PREV = "0" * 64
"""The `prev` of the first event, which has no leaf before it."""


def canonical(value: Mapping[str, object]) -> bytes:
    """The RFC 8785 form of a JSON object, as UTF-8 bytes.

    Raises `InputError` when the value has no such form: NaN or infinity, an integer beyond ±(2**53 − 1),
    a lone surrogate, a key that is not text, or a type that JSON does not have.
    """
    return _dump(dict(value))


def canonical_text(value: object) -> str:
    """The RFC 8785 form of any JSON value as text: how lists and objects are kept in a column of a state table.

    Raises `InputError` under the same conditions as `canonical`.
    """
    return _dump(value).decode()


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 ‖ body), 32 bytes: the leaf hash of RFC 6962 §2.1, and the link of the chain."""
    return hashlib.sha256(b"\x00" + body).digest()


def _dump(value: object) -> bytes:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # anything it cannot write, it refuses
    except (ValueError, RecursionError) as broken:
        raise InputError(
            f"this cannot be written to the audit log: {broken}",
            "use finite numbers, integers within ±(2**53 − 1), plain text, lists and objects",
        ) from broken
