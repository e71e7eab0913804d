"""What the registry knows about one model, read in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from data.files.artifacts import ArtifactStore
from data.queries.inventory import ListedVersion
from data.queries.log_entries import LogEntry
from data.records.model import Model
from data.records.person import Person
from data.records.row import Row
from data.records.version import Version
from data.registry.registry_time import RegistryTime
from views.pages.nights import Night

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Facts:
    """A model with every row below it, the events about it and what was measured on it in the nights that are drawn."""

    model: Model
    listed: Sequence[ListedVersion]
    time: RegistryTime
    log_size: int
    origin: str
    checkpoint: str
    people: Mapping[str, Person]
    tables: Mapping[type[Row], Sequence[Row]]
    events: Sequence[LogEntry]
    drawn: Sequence[Night]
    unread: Sequence[str]
    store: ArtifactStore
    inbox: ArtifactStore
    able: Mapping[str, Sequence[str]]

    def all(self, kind: type[R]) -> list[R]:
        """Every row of a table below the model, by key."""
        return [row for row in self.tables.get(kind, ()) if isinstance(row, kind)]

    def of(self, kind: type[R], owner: str) -> list[R]:
        """The rows of a table whose keys lie below an owner's key."""
        return [row for row in self.all(kind) if row.key.startswith(owner + "/")]

    def get(self, kind: type[R], key: str | None) -> R | None:
        """The row under a key, or None."""
        row = self._by_key.get((kind, key or ""))
        return row if isinstance(row, kind) else None

    @cached_property
    def _by_key(self) -> Mapping[tuple[type[Row], str], Row]:
        return {(type(row), row.key): row for rows in self.tables.values() for row in rows}

    @property
    def versions(self) -> list[Version]:
        """Its versions, the first one first."""
        return sorted(self.all(Version), key=lambda one: one.number)

    def number_of(self, key: str | None) -> int | None:
        """The number of the version that a key names or lies below."""
        parts = (key or "").split("/")
        told = parts[4] if len(parts) >= 5 and parts[3] == "versions" else ""
        return int(told) if told.isdigit() else None

    def person(self, who: str | None) -> str:
        """A person's printed name with the id; the id alone where nobody of that id is on the roster."""
        found = self.people.get(who or "")
        return f"{found.name} ({found.person})" if found is not None and found.name else who or ""
