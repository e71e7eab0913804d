"""Reads single rows and lists of rows of one table, in a separate snapshot each.

A caller that needs several of them for one purpose must use a query that reads everything at once: opening the registry
costs far more than a query, and only one snapshot is consistent.
"""

from __future__ import annotations

from typing import TypeVar

from data.records.row import Row
from data.registry.registry import Registry

R = TypeVar("R", bound=Row)


def row(registry: Registry, kind: type[R], key: str) -> R | None:
    """Return the row with this key, or None. Raises StoreError."""
    with registry.reading() as state:
        return state.get(kind, key)


def required_row(registry: Registry, kind: type[R], key: str) -> R:
    """Return the row with this key. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return state.need(kind, key)


def rows(registry: Registry, kind: type[R], /, **equals: str | int | bool) -> list[R]:
    """Return every row whose columns have these values, by key. Raises StoreError."""
    with registry.reading() as state:
        return state.find(kind, **equals)
