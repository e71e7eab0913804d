"""Row images become tables with the types of the database's columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from data.audit.rebuilt_rows import ArrivingRows
from data.errors import JournalError, StoreError

TABLE = "CREATE TABLE thing (key VARCHAR, rev BIGINT, name VARCHAR, size DOUBLE, count BIGINT, is_new BOOLEAN)"


@pytest.fixture
def rows() -> Iterator[ArrivingRows]:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        yield ArrivingRows(connection)


def image(key: str, table: str = "thing", **values: Any) -> dict[str, Any]:
    return {"table": table, "key": key, "rev": 1, "values": values}


def test_rows_of_one_table_are_one_table_with_null_for_what_an_image_lacks(rows: ArrivingRows) -> None:
    rows.add(3, [image("a", name="one", size=2), image("b", count=7, is_new=True)])
    rows.add(4, [image("c", name={"b": 1, "a": [0.5]})])
    ((table, arriving),) = rows.tables()
    assert table == "thing"
    assert arriving.to_pydict() == {
        "key": ["a", "b", "c"], "rev": [1, 1, 1], "count": [None, 7, None], "is_new": [None, True, None],
        "name": ["one", None, '{"a":[0.5],"b":1}'], "size": [2.0, None, None],
    }  # fmt: skip
    assert list(rows.tables()) == [], "they are forgotten"


def test_a_table_that_the_schema_lacks_is_refused(rows: ArrivingRows) -> None:
    with pytest.raises(StoreError, match="event 9 writes the table other"):
        rows.add(9, [image("a", table="other")])


def test_a_column_that_the_schema_lacks_is_refused(rows: ArrivingRows) -> None:
    rows.add(9, [image("a", colour="red")])
    with pytest.raises(StoreError, match="event 9 writes the column colour of thing"):
        list(rows.tables())


def test_a_value_that_does_not_fit_its_column_is_refused(rows: ArrivingRows) -> None:
    rows.add(8, [image("a", size=1.0)])
    rows.add(9, [image("b", size="large")])
    with pytest.raises(JournalError, match=r"event 9 has a value for thing\.size that is no DOUBLE"):
        list(rows.tables())
