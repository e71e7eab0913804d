"""A statement is one value a line, signed as a note."""

from __future__ import annotations

import pytest

from data.audit.keys import SigningKey
from data.audit.note import sign_text
from data.audit.serving_statement import ServingStatement, sign_statement, verified_statement
from data.errors import AuditError
from tests.served_files import KEY, NOW

STATEMENT = ServingStatement(
    origin=KEY.name, model="models/ops/delay", environment="production", slot="champion", state="serving",
    version="models/ops/delay/versions/3", artifact="sha256:" + "a" * 64, manifest="sha256:" + "b" * 64, event=7,
    signed_at=NOW,
)  # fmt: skip


def test_a_statement_is_signed_and_read_back() -> None:
    note = sign_statement(STATEMENT, KEY)
    assert note.startswith(f"modelward serving v1\n{KEY.name}\nmodels/ops/delay\nproduction\nchampion\nserving\n")
    assert verified_statement(note, KEY.vkey) == STATEMENT


def test_another_key_and_another_text_are_refused() -> None:
    note = sign_statement(STATEMENT, KEY)
    with pytest.raises(AuditError):
        verified_statement(note, SigningKey(KEY.name, bytes(32)).vkey)
    with pytest.raises(AuditError):
        verified_statement(sign_text("modelward serving v1\nmore\n", KEY), KEY.vkey)
