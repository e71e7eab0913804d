"""Single rows and lists of rows of one table, read in a snapshot of their own.

A caller that needs more than one of these for one purpose asks a named query that reads all of it at once: opening
the registry costs far more than a query, and only one snapshot is consistent.
"""

from __future__ import annotations

from typing import TypeVar

from data.records.row import Row
from data.registry.registry import Registry

R = TypeVar("R", bound=Row)


def row(registry: Registry, kind: type[R], key: str) -> R | None:
    """The row under this key, or None. Raises StoreError."""
    with registry.reading() as state:
        return state.get(kind, key)


def required_row(registry: Registry, kind: type[R], key: str) -> R:
    """The row under this key. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return state.need(kind, key)


def rows(registry: Registry, kind: type[R], /, **equals: str | int | bool) -> list[R]:
    """Every row whose named columns equal these values, by key. Raises StoreError."""
    with registry.reading() as state:
        return state.find(kind, **equals)
