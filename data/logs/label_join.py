"""Joins the predictions of one day with their labels, on the prediction id.

The join runs in a separate in-memory DuckDB with a memory limit and without access to files or network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from tempfile import TemporaryDirectory
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data.logs.log_fault import LogFault, LogFaultKind

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "preserve_insertion_order": False,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
}


@dataclass(frozen=True)
class LabelledDay:
    """One row for each prediction, unordered: `prediction_id`, `model_version`, `score`, `label`, `age_days`.

    `label` is 0, 1 or null (not known); it is null for a prediction with contradicting labels. `age_days` is the time
    from prediction to label in days, null without a label.
    """

    rows: pa.Table
    faults: tuple[LogFault, ...] = ()

    @property
    def labelled(self) -> int:
        """The number of predictions with a label."""
        return len(self.rows) - int(self.rows["label"].null_count)


class LabelJoin:
    """A DuckDB connection for joins of any days of any models, opened at the first join; use it in a `with` block."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        spill = self._stack.enter_context(TemporaryDirectory(prefix="modelward-join-"))
        return self._stack.enter_context(duckdb.connect(":memory:", config={**CONFIG, "temp_directory": spill}))

    def label(self, where: str, predictions: pa.Table, labels: pa.Table) -> LabelledDay:
        """Join one day's predictions (`PredictionDay.distinct`) with labels (`data.logs.label_log.SCHEMA`).

        `where` identifies the day in faults. Of several equal labels the earliest is used.
        """
        with self._registered(predictions=predictions, labels=labels):
            found = self._connection.execute(_sql()).to_arrow_table()
        faults = tuple(_faults(where, found))
        return LabelledDay(found.drop_columns(["times", "contradicted"]), faults)

    @contextmanager
    def _registered(self, **tables: pa.Table) -> Iterator[None]:
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                self._connection.unregister(name)


def _faults(where: str, found: pa.Table) -> Iterator[LogFault]:
    contradicted = found.filter(found["contradicted"])["prediction_id"]
    if len(contradicted):
        what = f"{_counted(contradicted)} both labels 0 and 1, for example {_example(contradicted)}"
        remedy = "keep only the right label; until then these predictions count as not labelled"
        yield LogFault(LogFaultKind.CONTRADICTING_LABEL, where, what, remedy)
    again = pc.and_(pc.greater(found["times"], 1), pc.invert(found["contradicted"]))
    repeated = found.filter(again)["prediction_id"]
    if len(repeated):
        what = f"{_counted(repeated)} the same label more than once, for example {_example(repeated)}"
        yield LogFault(LogFaultKind.REPEATED_LABEL, where, what, "write each label once; the earliest is used")


def _counted(ids: pa.ChunkedArray) -> str:
    return "1 prediction has" if len(ids) == 1 else f"{len(ids):,} predictions have"


def _example(ids: pa.ChunkedArray) -> str:
    """Return the smallest id, so that each run reports the same example."""
    return ascii(pc.min(ids).as_py()[:60])


@cache
def _sql() -> str:
    return files("data.logs").joinpath("label_join.sql").read_text("utf-8")
