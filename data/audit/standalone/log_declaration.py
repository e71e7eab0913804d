"""Reads what the log declares about itself: genesis, the keys and their rotation, the clock, and the tables."""

from __future__ import annotations

import re
from typing import Any

from data.audit.standalone.signed_note import decode_base64, is_message_signed_by, read_key

_LOG_ID = re.compile(r"[0-9a-f]{32}")
_SEALS = "0002_seals"
_CREATED, _ROTATED, _MIGRATED = "log.created", "log.key_rotated", "log.migrated"


class LogDeclaration:
    """The keys in force at each size, the clock and the tables, as the events read so far declare them."""

    def __init__(self, trusted_vkey: str | None = None) -> None:
        self._trusted = trusted_vkey
        self._keys: list[tuple[int, str]] = []
        self._recovery = ""
        self._schema = 0
        self._migrations: list[Any] | None = None
        self.origin = self.log_id = ""
        self.is_replay = False
        self.tables: dict[str, dict[str, Any]] | None = None

    @property
    def keys(self) -> list[str]:
        """Every verification key of the log, the first one first."""
        return [key for _, key in self._keys]

    @property
    def has_seals(self) -> bool:
        """True from the event on that declares the migration after which every event is sealed."""
        return _SEALS in (self._migrations or ())

    def key_at(self, size: int) -> str:
        """Return the key in force at `size` events: a new key signs from the size that includes its rotation."""
        return next((key for start, key in reversed(self._keys) if size >= start), "")

    def apply(self, seq: int, event: dict[str, Any]) -> str:
        """Apply an event; return what is wrong with it if it concerns the log itself, otherwise an empty text."""
        kind, data = event["type"], event["data"]
        if (seq == 0) != (kind == _CREATED):
            return "the first event is not a genesis" if seq == 0 else "this is a second genesis"
        if kind == _ROTATED:
            return self._rotate(seq, data)
        fault = self._create(event["log"], data) if kind == _CREATED else ""
        return self._declare(data) if kind in {_CREATED, _MIGRATED} and not fault else fault

    def _create(self, log: str, data: dict[str, Any]) -> str:
        vkey, recovery, log_id = str(data.get("vkey")), str(data.get("recovery_vkey")), str(data.get("log_id"))
        if data.get("origin") != log or not _LOG_ID.fullmatch(log_id):
            return "the origin or the log_id of genesis is wrong"
        if read_key(vkey) is None or read_key(recovery) is None or vkey == recovery:
            return "genesis does not declare a verification key and a different recovery key"
        if data.get("clock") not in {"wall", "replay"}:
            return "the clock of genesis is neither wall nor replay"
        self.origin, self.log_id, self._recovery = log, log_id, recovery
        self._keys, self.is_replay = [(1, vkey)], data["clock"] == "replay"
        return "" if self._trusted in {None, vkey} else f"genesis declares the key {vkey}, not the trusted key"

    def _rotate(self, seq: int, data: dict[str, Any]) -> str:
        former, vkey, recovery = self.key_at(seq), str(data.get("vkey")), str(data.get("recovery_vkey"))
        if read_key(vkey) is None or read_key(recovery) is None or vkey in self.keys or vkey == recovery:
            return "the rotation does not declare a new key and a different recovery key"
        statement = f"modelward key rotation v1\n{self.origin}\n{self.log_id}\n{former}\n{vkey}\n{recovery}\n".encode(
            "utf-8", "replace"
        )
        old, new = decode_base64(data.get("signature_old")), decode_base64(data.get("signature_new"))
        if not any(is_message_signed_by(key, statement, old) for key in (former, self._recovery)):
            return "the rotation is signed neither by the former key nor by the recovery key"
        if not is_message_signed_by(vkey, statement, new):
            return "the rotation is not signed by the new key"
        self._keys.append((seq + 1, vkey))
        self._recovery = recovery
        return ""

    def _declare(self, data: dict[str, Any]) -> str:
        schema, migrations, tables = data.get("schema"), data.get("migrations"), data.get("tables")
        if type(schema) is not int or schema < max(self._schema, 1):
            return f"the schema is not a whole number of at least {max(self._schema, 1)}"
        if migrations is not None and not _continues(migrations, self._migrations or [], schema):
            return "the list of migrations does not continue the former list, or is not as long as the schema says"
        if tables is not None and not _are_tables(tables):
            return "the declared tables are not a mapping of tables to columns"
        self._schema, self._migrations, self.tables = schema, migrations, tables
        return ""


def _continues(migrations: object, former: list[Any], schema: int) -> bool:
    return isinstance(migrations, list) and len(migrations) == schema and migrations[: len(former)] == former


def _are_tables(tables: object) -> bool:
    return isinstance(tables, dict) and all(isinstance(columns, dict) for columns in tables.values())
