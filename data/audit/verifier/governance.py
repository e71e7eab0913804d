"""What the log says about itself: genesis, its keys and their rotation, the schema it was written under."""

from __future__ import annotations

import re
from typing import Any

from data.audit.verifier.canonical import Event
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import holds, read_vkey, unbase64

_LOG_ID = re.compile(r"[0-9a-f]{32}")
_CREATED, _ROTATED, _MIGRATED = "log.created", "log.key_rotated", "log.migrated"


class Governance:
    """The keys valid at each size, the clock and the declared schema, as the events tell them."""

    def __init__(self, findings: Findings, trusted_vkey: str | None) -> None:
        self._findings, self._trusted = findings, trusted_vkey
        self._keys: list[tuple[int, str]] = []
        self.origin = self._log_id = self._recovery = ""
        self.is_replay = False
        self.schema = 0
        self.migrations: list[str] | None = None
        self.tables: dict[str, dict[str, str]] | None = None

    def key_at(self, size: int) -> str:
        """The key that signs a checkpoint of `size` events: a rotation counts from the size that includes it."""
        return next((key for start, key in reversed(self._keys) if size >= start), "")

    def take(self, seq: int, event: Event) -> None:
        """Learn from the event, if it is about the log; whatever is wrong with it becomes a finding."""
        kind = event["type"]
        fault = ""
        if (seq == 0) != (kind == _CREATED):
            fault = "the log does not begin with its genesis" if seq == 0 else "a second genesis"
        elif kind == _CREATED:
            fault = self._create(event)
        elif kind == _ROTATED:
            fault = self._rotate(seq, event["data"])
        if kind in {_CREATED, _MIGRATED} and not fault:
            fault = self._declare(event["data"])
        if fault:
            self._findings.add(fault, seq=seq)

    def _create(self, event: Event) -> str:
        data = event["data"]
        vkey, recovery = str(data.get("vkey")), str(data.get("recovery_vkey"))
        if data.get("origin") != event["log"] or not _LOG_ID.fullmatch(str(data.get("log_id"))):
            return "genesis does not name its log: origin or log_id is wrong"
        if read_vkey(vkey) is None or read_vkey(recovery) is None or vkey == recovery:
            return "genesis does not name a verification key and another one for recovery"
        if data.get("clock") not in {"wall", "replay"}:
            return f"genesis names the clock {data.get('clock')!r}; there is wall and replay"
        self.origin, self._log_id, self._recovery = event["log"], data["log_id"], recovery
        self._keys, self.is_replay = [(1, vkey)], data["clock"] == "replay"
        if self._trusted not in {None, vkey}:
            return f"genesis names the key {vkey}, the trusted one is {self._trusted}"
        return ""

    def _rotate(self, seq: int, data: dict[str, Any]) -> str:
        former, vkey, recovery = self.key_at(seq), str(data.get("vkey")), str(data.get("recovery_vkey"))
        used = {key for _, key in self._keys}
        if read_vkey(vkey) is None or read_vkey(recovery) is None or vkey in used or vkey == recovery:
            return "the rotation does not name a new key and one for recovery"
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
            return f"it names the schema {schema!r}, after {self.schema}"
        if migrations is not None and (type(migrations) is not list or len(migrations) != schema):
            return f"it does not name the {schema} migrations of its schema"
        if migrations is not None and self.migrations is not None and not _continues(migrations, self.migrations):
            return "it names other migrations before its own than the log did"
        if tables is not None and not (type(tables) is dict and all(type(one) is dict for one in tables.values())):
            return "it does not name tables with their columns"
        self.schema, self.migrations, self.tables = schema, migrations, tables
        return ""


def _continues(migrations: list[Any], former: list[Any]) -> bool:
    """Whether the list begins with the former one: what was migrated once stays so."""
    return migrations[: len(former)] == former
