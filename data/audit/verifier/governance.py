"""Reads what the log declares about itself: genesis, the keys and their rotation, and the schema."""

from __future__ import annotations

import re
from typing import Any

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import holds, read_vkey, unbase64

_LOG_ID = re.compile(r"[0-9a-f]{32}")
_CREATED, _ROTATED, _MIGRATED = "log.created", "log.key_rotated", "log.migrated"
GOVERNING = frozenset((_CREATED, _ROTATED, _MIGRATED))


class Governance:
    """The keys valid at each size, the clock and the schema, as the events declare them."""

    def __init__(self, findings: Findings, trusted_vkey: str | None) -> None:
        self._findings, self._trusted = findings, trusted_vkey
        self._keys: list[tuple[int, str]] = []
        self.origin = self._log_id = self._recovery = ""
        self.is_replay = False
        self.schema = 0
        self.migrations: list[str] | None = None
        self.tables: dict[str, dict[str, str]] | None = None

    def key_at(self, size: int) -> str:
        """Return the key that signs a checkpoint of `size` events: a new key is valid from the size that includes
        its rotation."""
        return next((key for start, key in reversed(self._keys) if size >= start), "")

    def all_keys(self) -> list[str]:
        """Return every key that signs or signed for the log, the first one first."""
        return [key for _, key in self._keys]

    @property
    def recovery(self) -> str:
        """The verification key that may sign a rotation in place of a lost key."""
        return self._recovery

    def apply(self, seq: int, event: ParsedEvent) -> None:
        """Apply an event that concerns the log itself; add a finding if the event is wrong."""
        kind = event["type"]
        fault = ""
        if (seq == 0) != (kind == _CREATED):
            fault = "the first event is not a genesis" if seq == 0 else "this is a second genesis"
        elif kind == _CREATED:
            fault = self._create(event)
        elif kind == _ROTATED:
            fault = self._rotate(seq, event["data"])
        if kind in {_CREATED, _MIGRATED} and not fault:
            fault = self._declare(event["data"])
        if fault:
            self._findings.add(fault, seq=seq)

    def _create(self, event: ParsedEvent) -> str:
        data = event["data"]
        vkey, recovery = str(data.get("vkey")), str(data.get("recovery_vkey"))
        if data.get("origin") != event["log"] or not _LOG_ID.fullmatch(str(data.get("log_id"))):
            return "the origin or the log_id of genesis is wrong"
        if read_vkey(vkey) is None or read_vkey(recovery) is None or vkey == recovery:
            return "genesis does not declare a verification key and a different recovery key"
        if data.get("clock") not in ("wall", "replay"):
            return f"the clock of genesis is {data.get('clock')!r}, but must be wall or replay"
        self.origin, self._log_id, self._recovery = event["log"], data["log_id"], recovery
        self._keys, self.is_replay = [(1, vkey)], data["clock"] == "replay"
        if self._trusted not in {None, vkey}:
            return f"genesis declares the key {vkey}, but the trusted key is {self._trusted}"
        return ""

    def _rotate(self, seq: int, data: dict[str, Any]) -> str:
        former, vkey, recovery = self.key_at(seq), str(data.get("vkey")), str(data.get("recovery_vkey"))
        used = {key for _, key in self._keys}
        if read_vkey(vkey) is None or read_vkey(recovery) is None or vkey in used or vkey == recovery:
            return "the rotation does not declare a new key and a different recovery key"
        statement = f"modelward key rotation v1\n{self.origin}\n{self._log_id}\n{former}\n{vkey}\n{recovery}\n"
        old, new = unbase64(data.get("signature_old")), unbase64(data.get("signature_new"))
        if not (holds(former, statement, old) or holds(self._recovery, statement, old)):
            return "the rotation is signed neither by the former key nor by the recovery key"
        if not holds(vkey, statement, new):
            return "the rotation is not signed by the new key"
        self._keys.append((seq + 1, vkey))
        self._recovery = recovery
        return ""

    def _declare(self, data: dict[str, Any]) -> str:
        schema, migrations, tables = data.get("schema"), data.get("migrations"), data.get("tables")
        if type(schema) is not int or schema < max(self.schema, 1):
            return f"the schema is {schema!r}, but must be a whole number of at least {max(self.schema, 1)}"
        if migrations is not None and (type(migrations) is not list or len(migrations) != schema):
            return f"the number of listed migrations is not the schema number {schema}"
        if migrations is not None and self.migrations is not None and not _continues(migrations, self.migrations):
            return "the list of migrations does not begin with those declared before"
        if tables is not None and not (type(tables) is dict and all(type(one) is dict for one in tables.values())):
            return "the declared tables are not a mapping of tables to columns"
        self.schema, self.migrations, self.tables = schema, migrations, tables
        return ""


def _continues(migrations: list[Any], former: list[Any]) -> bool:
    """Return True if the list begins with the former list: a migration that was applied stays in the list."""
    return migrations[: len(former)] == former
