"""The list of state tables: each kind of row is in it, with a separate table."""

from __future__ import annotations

import pkgutil
from datetime import UTC, datetime
from importlib import import_module

import data.records
from data.records.person import Credential, Person, RoleGrant
from data.records.row import Row
from data.records.tables import TABLES, rows_of


def test_every_kind_of_row_is_in_the_list() -> None:
    modules = [import_module(f"data.records.{one.name}") for one in pkgutil.iter_modules(data.records.__path__)]
    rows = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Row) and kind is not Row
    }
    assert rows == set(TABLES)


def test_each_kind_of_row_has_a_table_of_its_name() -> None:
    names = [kind.table for kind in TABLES]
    assert len(set(names)) == len(names)
    assert all(kind.table.replace("_", "") == kind.__name__.lower() or kind.__name__ == "RoleGrant" for kind in TABLES)


def test_rows_of_selects_the_rows_of_one_table() -> None:
    person = Person(key="people/ada", person="ada", name="Ada", added_by="", added_at=datetime(2026, 5, 1, tzinfo=UTC))
    tables = {Person: [person], RoleGrant: []}
    assert rows_of(tables, Person) == [person]
    assert rows_of(tables, RoleGrant) == []
    assert rows_of(tables, Credential) == []
