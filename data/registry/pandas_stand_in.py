"""Keep DuckDB from importing pandas when it binds the first parameter of a process: that costs 0.4 s and 90 MB.

DuckDB compares each parameter with `pandas.NaT` and `pandas.NA`. For that it imports pandas once and keeps the module
for the life of the process. Here the first parameter is bound while a stand-in has the name pandas, and the stand-in is
removed at once. DuckDB then keeps the stand-in, which gives it every other attribute of pandas by importing the real
module, so that data frames work as before. One thing differs: DuckDB does not recognise `NaT` and `NA` as parameters.
No record of the registry contains them.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType

import duckdb

NAME = "pandas"

_bound = threading.Event()
_lock = threading.Lock()


class _StandIn(ModuleType):
    """Has the two values that DuckDB asks for; everything else is that of the real module, imported when asked for."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.NaT, self.NA = object(), object()

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module(NAME), name)


def bind_without_pandas(connection: duckdb.DuckDBPyConnection) -> None:
    """Bind a first parameter on a connection, once in a process; do nothing where pandas was imported already."""
    if _bound.is_set():
        return
    with _lock:
        if NAME not in sys.modules:
            sys.modules[NAME] = _StandIn()
            try:
                connection.execute("SELECT ?", [0]).fetchall()
            finally:
                del sys.modules[NAME]
        _bound.set()
