"""The rows that decisions rest on, folded from the events.

Each row is kept as its JSON text, compressed when it is long, because a log has hundreds of thousands of them and a
decision reads a few dozen.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from data.audit.verifier.canonical import write

Values = dict[str, Any]

INDEXED: Mapping[str, tuple[str, ...]] = {
    "person": (),
    "role_grant": ("person",),
    "credential": ("person",),
    "standard": ("standard",),
    "model": (),
    "test_plan": ("model",),
    "monitoring_plan": ("model",),
    "consumer": ("model",),
    "version": ("model",),
    "dataset": ("version",),
    "section": ("version",),
    "metric": ("version",),
    "test_result": ("version",),
    "comparison": ("version",),
    "verdict_set": ("version",),
    "validation": ("version",),
    "finding": ("version",),
    "waiver": ("version",),
    "review": ("model",),
    "approval_request": ("subject",),
    "vote": ("request",),
    "deployment": ("model", "version", "request"),
    "slot": ("model",),
    "operation": (),
    "alert": ("model",),
    "incident": ("model", "version", "deployment"),
    "retirement": (),
    "retirement_party": ("retirement",),
}
"""The tables that are kept, each with the columns by which rows are found. No event changes such a column."""

NUMBERED = frozenset(
    {
        *("role_grant", "test_plan", "monitoring_plan", "version", "verdict_set", "validation", "finding", "waiver"),
        *("review", "approval_request", "vote", "deployment", "alert", "incident", "attestation"),
    }
)
"""The tables whose new rows are numbered without gaps below a prefix: `<prefix>/<n>`."""

_SHORT = 300
_EVIDENCE = frozenset({"dataset", "section", "metric", "test_result", "comparison", "test_plan", "monitoring_plan"})
_FAST = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


class FoldedRows:
    """The last image of each kept row, as `{"key": …, "rev": …, **values}`."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, tuple[int, bytes]]] = {table: {} for table in INDEXED}
        self._index: dict[tuple[str, str, str], list[str]] = {}
        self._greatest: dict[tuple[str, str], int] = {}
        self._digests: dict[str, str] = {}
        self.attempts: Counter[tuple[str, str]] = Counter()
        """The counted attempts that no accepted command used, by person and name of the command."""
        self.represented: dict[str, str] = {}
        """Maps a validation to the person that its validator represented as a deputy."""

    def get(self, table: str, key: object) -> Values | None:
        """Return the row under a key, or None."""
        found = self._rows[table].get(key) if isinstance(key, str) else None
        return None if found is None else {"key": key, "rev": found[0], **json.loads(_unpacked(found[1]))}

    def find(self, table: str, **equals: str) -> list[Values]:
        """Return each row whose indexed column has this value, in the order of its keys, numbers as numbers."""
        ((column, value),) = equals.items()
        keys = sorted(self._index.get((table, column, value), ()), key=natural)
        return [row for key in keys if (row := self.get(table, key)) is not None]

    def all(self, table: str) -> Iterator[Values]:
        """Yield every row of a table."""
        for key in list(self._rows[table]):
            row = self.get(table, key)
            if row is not None:
                yield row

    def text(self, table: str, key: str) -> str:
        """Return the RFC 8785 text of the values of a row of evidence."""
        return _unpacked(self._rows[table][key][1])

    def keys(self, table: str, **equals: str) -> list[str]:
        """Return the keys of the rows whose indexed column has this value."""
        ((column, value),) = equals.items()
        return self._index.get((table, column, value), [])

    def next_number(self, table: str, prefix: str) -> int:
        """Return the number of the next new row of a table below a prefix."""
        return self._greatest.get((table, prefix), 0) + 1

    def fold(self, image: Mapping[str, Any]) -> None:
        """Apply one row image."""
        table, key, values = image["table"], image["key"], image["values"]
        prefix, _, number = key.rpartition("/")
        if table in NUMBERED and number.isdecimal():
            self._greatest[table, prefix] = max(int(number), self._greatest.get((table, prefix), 0))
        if table not in INDEXED:
            return
        rows = self._rows[table]
        if key not in rows:
            for column in INDEXED[table]:
                if isinstance(values.get(column), str):
                    self._index.setdefault((table, column, values[column]), []).append(key)
        self._forget_digests(table, image["rev"], values, key)
        rows[key] = (image["rev"], _packed(write(values) if table in _EVIDENCE else _FAST(values)))

    def digest(self, version: str) -> str | None:
        """Return the stored digest of the evidence on a version; None after a change of that evidence."""
        return self._digests.get(version)

    def keep_digest(self, version: str, digest: str) -> None:
        """Store the digest of the evidence on a version until that evidence changes."""
        self._digests[version] = digest

    def _forget_digests(self, table: str, rev: int, values: Mapping[str, Any], key: str) -> None:
        if table in ("model", "test_plan", "monitoring_plan"):
            model = key if table == "model" else values.get("model")
            for version in self._index.get(("version", "model", str(model)), ()):
                self._digests.pop(version, None)
        elif table != "version" or rev > 1:
            self._digests.pop(str(values.get("version")), None)


def natural(key: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key in which the numbers in a key are compared as numbers."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in key.split("/"))


def _packed(text: str) -> bytes:
    plain = text.encode("utf-8", "surrogatepass")
    return plain if len(plain) < _SHORT else zlib.compress(plain, 1)


def _unpacked(packed: bytes) -> str:
    plain = packed if packed[:1] == b"{" else zlib.decompress(packed)
    return plain.decode("utf-8", "surrogatepass")
