"""Genesis declares the keys and the tables; a rotation is signed by the former or recovery key and by the new one."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from data.audit.keys import SigningKey, rotation_statement
from data.audit.standalone.log_declaration import LogDeclaration

ORIGIN, LOG_ID = "example.org/log", "0123456789abcdef" * 2
FIRST, SECOND, THIRD = (SigningKey(ORIGIN, hashlib.sha256(b"%d" % number).digest()) for number in range(3))
RECOVERY = SigningKey(f"{ORIGIN}/recovery", hashlib.sha256(b"recovery").digest())
GENESIS: dict[str, Any] = {
    "origin": ORIGIN, "vkey": FIRST.vkey, "recovery_vkey": RECOVERY.vkey, "log_id": LOG_ID, "schema": 1,
    "clock": "wall", "migrations": ["0001_first"], "tables": {"model": {"key": "VARCHAR"}},
}  # fmt: skip
WRONG: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "elsewhere"}, "a short log id": {"log_id": "00"}, "no key": {"vkey": None},
    "the recovery key as the key": {"vkey": RECOVERY.vkey}, "another clock": {"clock": "moon"},
    "no schema": {"schema": None},
    "a schema below 1": {"schema": 0}, "a schema that is a truth": {"schema": True},
    "fewer migrations": {"migrations": []},
    "migrations that are no list": {"migrations": "0"}, "tables that are a list": {"tables": []},
    "a table without columns": {"tables": {"model": None}},
}  # fmt: skip


def event(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "log": ORIGIN, "data": data}


def created(trusted: str | None = None) -> LogDeclaration:
    declaration = LogDeclaration(trusted)
    assert declaration.apply(0, event("log.created", GENESIS)) == ""
    return declaration


def rotation(former: SigningKey, new: SigningKey, signer: SigningKey, **changes: Any) -> dict[str, Any]:
    statement = rotation_statement(ORIGIN, LOG_ID, former.vkey, new.vkey, RECOVERY.vkey)
    fields = {
        "vkey": new.vkey, "recovery_vkey": RECOVERY.vkey,
        "signature_old": base64.b64encode(signer.sign(statement)).decode(),
        "signature_new": base64.b64encode(new.sign(statement)).decode(),
    }  # fmt: skip
    return event("log.key_rotated", {**fields, **changes})


def test_genesis_declares_log_key_clock_and_tables() -> None:
    found = created(FIRST.vkey)
    assert (found.origin, found.log_id, found.is_replay) == (ORIGIN, LOG_ID, False)
    assert (found.keys, found.key_at(1), found.key_at(0), found.tables) == (
        [FIRST.vkey],
        FIRST.vkey,
        "",
        GENESIS["tables"],
    )
    assert "not the trusted key" in LogDeclaration(SECOND.vkey).apply(0, event("log.created", GENESIS))


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_wrong_genesis_is_a_fault(changes: dict[str, Any]) -> None:
    assert LogDeclaration().apply(0, event("log.created", {**GENESIS, **changes})) != ""


def test_a_new_key_is_in_force_from_the_size_that_includes_its_rotation() -> None:
    found = created()
    assert found.apply(4, rotation(FIRST, SECOND, FIRST)) == ""
    assert found.apply(9, rotation(SECOND, THIRD, RECOVERY)) == ""
    assert [found.key_at(size) for size in (4, 5, 9, 10)] == [FIRST.vkey, SECOND.vkey, SECOND.vkey, THIRD.vkey]


ROTATIONS: dict[str, dict[str, Any]] = {
    "by a stranger": rotation(FIRST, SECOND, THIRD),
    "not by the new key": rotation(FIRST, SECOND, FIRST, signature_new=base64.b64encode(bytes(64)).decode()),
    "without a signature": rotation(FIRST, SECOND, FIRST, signature_old=None),
    "to the same key": rotation(FIRST, FIRST, FIRST),
    "to no key": rotation(FIRST, SECOND, FIRST, vkey="x"),
    "to the recovery key": rotation(FIRST, SECOND, FIRST, vkey=RECOVERY.vkey),
}


@pytest.mark.parametrize("wrong", ROTATIONS.values(), ids=ROTATIONS)
def test_a_wrong_rotation_is_a_fault_and_changes_no_key(wrong: dict[str, Any]) -> None:
    found = created()
    assert found.apply(4, wrong) != ""
    assert found.keys == [FIRST.vkey]


def test_a_migration_continues_the_schema() -> None:
    found = created()
    assert not found.has_seals
    wider = {"schema": 2, "migrations": ["0001_first", "0002_seals"], "tables": {"model": {}, "more": {}}}
    assert found.apply(3, event("log.migrated", wider)) == ""
    assert (found.tables, found.has_seals) == (wider["tables"], True)
    assert found.apply(4, event("log.migrated", {**wider, "schema": 1})) != ""
    assert found.apply(4, event("log.migrated", {**wider, "migrations": ["0002_seals", "0001_first"]})) != ""
    assert found.apply(5, event("role.granted", {})) == ""
