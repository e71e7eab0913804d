"""Finds the events about models by the copied subjects: their numbers, and from these their bodies.

No body of another model's event is read, and nothing is kept between two calls, so that the first page about a model
costs as much as a later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import duckdb

from data.files.home import Home
from data.queries.log_entries import bodies_of, numbers_about
from data.registry.registry import Registry


def bodies_about(connection: duckdb.DuckDBPyConnection, models: Sequence[str]) -> Mapping[str, list[bytes]]:
    """Return the bodies of the events about each of these models (their keys), oldest first.

    The subjects are read once, for however many models.
    """
    numbers = _numbers(connection, models)
    return {model: list(bodies_of(connection, numbers.get(model, ()))) for model in models}


def newest_events(home: Home) -> Mapping[str, int]:
    """Return the number of the latest event about each model, by the model's key.

    Raises MissingRegistryError, StoreError.
    """
    with Registry(home).store.reading() as connection:
        return dict(connection.execute(_sql("newest_events.sql")).fetchall())


def _numbers(connection: duckdb.DuckDBPyConnection, models: Sequence[str]) -> Mapping[str, Sequence[int]]:
    if len(models) == 1:
        return {models[0]: numbers_about(connection, models[0])}
    return dict(connection.execute(_sql("event_numbers.sql"), {"models": list(models)}).fetchall())


@cache
def _sql(name: str) -> str:
    return files("data.queries").joinpath(name).read_text("utf-8")
