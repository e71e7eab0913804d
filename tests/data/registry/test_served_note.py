"""The note of a manifest counts if a key signed it that was in force at that time, whatever key is in force now."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.audit.keys import SigningKey
from data.audit.serving_statement import ServingStatement, sign_statement
from data.errors import AuditError
from data.records.instant import write_instant
from data.registry.log_keys import DeclaredKey
from data.registry.served_note import statement_of_its_time

FIRST, SECOND, OTHER = (SigningKey("log.example", bytes([number] * 32)) for number in (1, 2, 3))
CREATED, ROTATED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
KEYS = (
    DeclaredKey(FIRST.vkey, 1, write_instant(CREATED)),
    DeclaredKey(SECOND.vkey, 50, write_instant(ROTATED)),
)


def note(key: SigningKey, signed_at: datetime) -> str:
    digest = "sha256:" + "0" * 64
    fields = ("log.example", "models/a/b", "production", "champion", "serving", "models/a/b/versions/1", digest, digest)
    return sign_statement(ServingStatement(*fields, event=7, signed_at=signed_at), key)


GENUINE = {
    "by the first key before the rotation": (FIRST, datetime(2026, 5, 1, tzinfo=UTC)),
    "by the second key after it": (SECOND, datetime(2026, 7, 1, tzinfo=UTC)),
    "by the second key in its first moment": (SECOND, ROTATED),
}
FALSE = {
    "by the first key after the rotation": (FIRST, datetime(2026, 7, 1, tzinfo=UTC), "another key was in force"),
    "by the second key before the rotation": (SECOND, datetime(2026, 5, 1, tzinfo=UTC), "another key was in force"),
    "by the first key before the log": (FIRST, datetime(2025, 5, 1, tzinfo=UTC), "another key was in force"),
    "by a key of nobody": (OTHER, datetime(2026, 5, 1, tzinfo=UTC), "did not sign it"),
}


@pytest.mark.parametrize("key, signed_at", GENUINE.values(), ids=GENUINE)
def test_a_note_of_its_time_is_read(key: SigningKey, signed_at: datetime) -> None:
    assert statement_of_its_time(note(key, signed_at), KEYS).signed_at == signed_at


@pytest.mark.parametrize("key, signed_at, what", FALSE.values(), ids=FALSE)
def test_another_note_is_refused(key: SigningKey, signed_at: datetime, what: str) -> None:
    with pytest.raises(AuditError, match=what):
        statement_of_its_time(note(key, signed_at), KEYS)
