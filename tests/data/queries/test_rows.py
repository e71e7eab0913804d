"""Rows of one table, each read in a snapshot of its own."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.queries.rows import required_row, row, rows
from data.records.model import Model
from data.records.person import Person
from tests.world import MODEL, World


def test_a_row_is_found_by_its_key(world: World) -> None:
    world.model()
    found = row(world.registry, Model, MODEL)
    assert found is not None
    assert found == required_row(world.registry, Model, MODEL)


def test_a_missing_row_gives_none_or_raises_an_error(world: World) -> None:
    assert row(world.registry, Model, MODEL) is None
    with pytest.raises(NotFoundError, match="there is no model ops/delay"):
        required_row(world.registry, Model, MODEL)


def test_rows_are_those_whose_columns_equal_the_values(world: World) -> None:
    assert [one.person for one in rows(world.registry, Person, person="alma")] == ["alma"]
