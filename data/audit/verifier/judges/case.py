"""One event to be judged: what it states, the rows before it, and the time."""

from __future__ import annotations

from typing import Any

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.judges.moment import JudgementTime
from data.audit.verifier.judges.rows import FoldedRows, Values


class ImpossibleEventError(Exception):
    """An event that a correct writer could not have written; the text says why."""


class Case:
    """An event with the rows folded from the events before it.

    `proven` becomes True when the one-time code of the actor was checked.
    """

    def __init__(self, event: ParsedEvent, state: FoldedRows, moment: JudgementTime, log: str) -> None:
        self.type: str = event["type"]
        self.subject: str = event["subject"]
        self.actor: str = event["actor"]["id"]
        self.auth: str = event["actor"]["auth"]
        self.data: dict[str, Any] = event["data"]
        self.refs: dict[str, Any] = event["refs"]
        self.run: str = event["refs"].get("run", "")
        self.images: list[dict[str, Any]] = event["rows"]
        self.state, self.moment, self.log = state, moment, log
        self.rules: int = event.get("rules", 1)
        self.proven = False

    def require(self, holds: object, reason: str) -> None:
        """Raise ImpossibleEventError with the reason unless `holds` is true."""
        if not holds:
            raise ImpossibleEventError(reason)

    def need(self, table: str, key: object) -> Values:
        """Return the row under a key before the event. Raises ImpossibleEventError."""
        row = self.state.get(table, key)
        if row is None:
            raise ImpossibleEventError(f"there is no {table} {key} before this event")
        return row

    def written(self, table: str) -> list[Values]:
        """Return the rows of a table that the event writes."""
        return [_row(image) for image in self.images if image["table"] == table]

    def new(self, table: str) -> list[Values]:
        """Return the rows of a table that the event creates."""
        return [row for row in self.written(table) if row["rev"] == 1]

    def changed(self, table: str) -> list[Values]:
        """Return the rows of a table that the event changes, as they are afterwards."""
        return [row for row in self.written(table) if row["rev"] > 1]

    def created(self, table: str) -> Values:
        """Return the one row of a table that the event creates. Raises ImpossibleEventError unless it is one."""
        return self._single(table, self.new(table), "creates")

    def change(self, table: str, key: object = None) -> Values:
        """Return the one row of a table that the event changes, as it is afterwards; with this key, if one is given.

        Raises ImpossibleEventError unless it is one.
        """
        row = self._single(table, self.changed(table), "changes")
        self.require(key is None or row["key"] == key, f"it changes the {table} {row['key']}, not {key}")
        return row

    def require_values(self, row: Values, **expected: object) -> None:
        """Raise ImpossibleEventError unless the columns of a row have these values."""
        for name, value in expected.items():
            found = row.get(name)
            self.require(found == value, f"{row['key']} has {name} {found!r}, expected {value!r}")

    def pin(self, row: Values, column: str) -> str:
        """Use the time in a column of a row as the time of the judgement, and return it.

        Raises ImpossibleEventError if that is not the time of the event.
        """
        stated = row.get(column)
        self.require(self.moment.pin(stated), f"{row['key']} has {column} {stated}, which is not the time of the event")
        return str(stated)

    def _single(self, table: str, rows: list[Values], what: str) -> Values:
        self.require(len(rows) == 1, f"it {what} {len(rows)} rows of {table} instead of one")
        return rows[0]


def _row(image: dict[str, Any]) -> Values:
    return {"key": image["key"], "rev": image["rev"], **image["values"]}
