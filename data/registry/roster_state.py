"""A state in which the people, their roles and their credentials are read once, for questions about many subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import duckdb

from data.records.model import Model
from data.records.person import Credential, Person, RoleGrant
from data.records.row import Row
from data.registry.state import State

R = TypeVar("R", bound=Row)
REMEMBERED: tuple[type[Row], ...] = (Person, RoleGrant, Credential, Model)


class RosterState(State):
    """The state of one snapshot, for reading only: each question about the roster or a model is asked once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._answers: dict[tuple[type[Row], str, tuple[object, ...]], list[Row]] = {}

    def _select(self, kind: type[R], where: str, values: Sequence[object]) -> list[R]:
        if kind not in REMEMBERED or any(isinstance(one, list) for one in values):
            return super()._select(kind, where, values)
        question = (kind, where, tuple(values))
        if question not in self._answers:
            self._answers[question] = list(super()._select(kind, where, values))
        return [row for row in self._answers[question] if isinstance(row, kind)]
