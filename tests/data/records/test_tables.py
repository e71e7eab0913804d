"""The tables: every kind of row there is, each in a table of its own."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import data.records
from data.records.row import Row
from data.records.tables import TABLES


def test_every_kind_of_row_is_in_the_list() -> None:
    modules = [import_module(f"data.records.{one.name}") for one in pkgutil.iter_modules(data.records.__path__)]
    rows = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Row) and kind is not Row
    }
    assert rows == set(TABLES)


def test_each_has_a_table_of_its_own_called_like_it() -> None:
    names = [kind.table for kind in TABLES]
    assert len(set(names)) == len(names)
    assert all(kind.table.replace("_", "") == kind.__name__.lower() or kind.__name__ == "RoleGrant" for kind in TABLES)
