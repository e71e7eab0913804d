"""Reads the signed note of a manifest by the key of its time: the log's key may have been rotated since then."""

from __future__ import annotations

from collections.abc import Sequence

from data.audit.serving_statement import ServingStatement, verified_statement
from data.errors import AuditError
from data.records.instant import write_instant
from data.registry.log_keys import DeclaredKey

_LAST = "9999"


def statement_of_its_time(note: str, keys: Sequence[DeclaredKey]) -> ServingStatement:
    """Return the statement of a note that one of the log's keys signed while it was in force.

    Raises AuditError for any other note, and InputError for one without a readable time.
    """
    for number, key in reversed(list(enumerate(keys))):
        try:
            statement = verified_statement(note, key.vkey)
        except AuditError:
            continue
        until = keys[number + 1].since if number + 1 < len(keys) else _LAST
        if key.since <= write_instant(statement.signed_at) < until:
            return statement
        raise AuditError("it was signed by a key of the log at a time when another key was in force")
    raise AuditError("the key of the log did not sign it")
