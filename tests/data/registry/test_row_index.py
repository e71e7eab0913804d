"""The index of row images: it leads from each row to the event that wrote it last."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from data.records.person import Person, RoleGrant
from data.registry.row_index import RowIndex
from data.registry.state import State
from tests.world import World


@pytest.fixture
def connection(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction on the registry of the world; what it changes is rolled back."""
    with world.registry.store.transaction() as connection:
        yield connection
        connection.rollback()
        connection.begin()


def people(connection: duckdb.DuckDBPyConnection) -> list[Person]:
    return State(connection).find(Person)


def test_the_rows_of_a_sound_registry_equal_their_last_images(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [*people(connection), *State(connection).find(RoleGrant)]
    assert RowIndex(connection).differing(rows, ["person", "role_grant", "vote"]) == []


def test_an_edited_row_differs(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("UPDATE person SET name = 'Mallory' WHERE person = 'alma'")
    assert RowIndex(connection).differing(people(connection), ["person"]) == ["person people/alma"]


def test_a_row_without_an_event_differs(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(Person.stored_columns())
    others = columns.replace("key, ", "'people/ghost', ")
    connection.execute(f"INSERT INTO person ({columns}) SELECT {others} FROM person WHERE person = 'alma'")
    assert RowIndex(connection).differing(people(connection), ["person"]) == [
        "person people/ghost",
        "the rows of person",
    ]


def test_a_deleted_row_is_noticed_by_the_number_of_rows(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM person WHERE person = 'axel'")
    assert RowIndex(connection).differing(people(connection), ["person"]) == ["the rows of person"]


def test_an_index_filled_from_the_events_equals_the_one_that_grew(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT * FROM row_image ORDER BY ALL"
    grown = connection.execute(query).fetchall()
    connection.execute("DELETE FROM row_image")
    ((size,),) = connection.execute("SELECT size FROM audit_head").fetchall()
    RowIndex(connection).fill(0, size)
    assert connection.execute(query).fetchall() == grown
    assert len(grown) > 10
