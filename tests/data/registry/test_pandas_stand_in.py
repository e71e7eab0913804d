"""DuckDB binds parameters without importing pandas, and still takes and returns data frames."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data.registry.pandas_stand_in import bind_without_pandas

ROOT = Path(__file__).parents[3]
BIND = """
import sys
import duckdb
from data.registry.pandas_stand_in import bind_without_pandas
connection = duckdb.connect()
bind_without_pandas(connection)
assert connection.execute("SELECT ?, ?, ?", [1, "two", None]).fetchall() == [(1, "two", None)]
assert "pandas" not in sys.modules, "a parameter imports pandas"
"""
FRAMES = """
import pandas
frame = pandas.DataFrame({"count": [1, 2], "name": ["a", None]})
assert connection.execute("SELECT sum(count) FROM frame").fetchall() == [(3,)]
assert connection.execute("SELECT name FROM frame ORDER BY count").df()["name"].tolist()[0] == "a"
assert connection.execute("SELECT ?", [3]).df().iloc[0, 0] == 3
"""


@pytest.mark.parametrize("code", [BIND, BIND + FRAMES], ids=["parameters", "data frames afterwards"])
def test_a_process_without_pandas_binds_parameters_and_can_use_data_frames_later(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_where_pandas_is_imported_already_it_stays_the_same_module() -> None:
    with duckdb.connect() as connection:
        bind_without_pandas(connection)
        assert connection.execute("SELECT ?", [1]).fetchall() == [(1,)]
    assert sys.modules["pandas"] is pd
