"""Reads a Parquet file once, in a separate process with a memory limit, because its footer may be wrong.

A file of 3 MB can contain 30 GB of text and state 3 MB in its footer. Sizes in the footer are therefore not trusted:
the file is read in batches, and the decoded bytes are counted. The result is written as JSON. This module is the child
process, `data.submission.datasets` the parent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.text.arrow_types import is_number, is_text

BATCH = 16_384
MEMORY = 4 << 30  # bytes


class Tally:
    """The totals over the batches of one file: counts by name, first and last time, the ids."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.rows = 0
        self.decoded = 0
        self.counts: dict[str, int] = {}
        self.first: str | None = None
        self.last: str | None = None
        self.ids: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the counts of one batch."""
        self.rows += batch.num_rows
        self.decoded += sum(map(decoded_bytes, batch.columns))
        for role, name in self.columns.items():
            column = batch.column(name)
            self._count(f"{role} missing", column.null_count)
            getattr(self, f"_add_{role}")(column.drop_null())

    def duplicates(self) -> tuple[int, str]:
        """Return the number of rows that repeat an earlier id, and one such id."""
        ids = pa.chunked_array(self.ids) if self.ids else pa.chunked_array([], pa.string())
        repeated = len(ids) - pc.count_distinct(ids).as_py()
        if not repeated:
            return 0, ""
        counts = pc.value_counts(ids)
        named = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
        return repeated, str(named[0].as_py())[:60]

    def _count(self, what: str, number: int | None) -> None:
        self.counts[what] = self.counts.get(what, 0) + (number or 0)

    def _add_score(self, column: pa.Array) -> None:
        values = pc.cast(column, pa.float64())
        nans = pc.sum(pc.is_nan(values)).as_py() or 0
        inside = pc.and_(pc.greater_equal(values, 0.0), pc.less_equal(values, 1.0))
        self._count("score nan", nans)
        self._count("score outside", len(values) - (pc.sum(inside).as_py() or 0) - nans)

    def _add_label(self, column: pa.Array) -> None:
        values = pc.cast(column, pa.float64())
        known = pc.sum(pc.is_in(values, pa.array([0.0, 1.0]))).as_py() or 0
        self._count("label known", known)
        self._count("label outside", len(values) - known)

    def _add_predicted_at(self, column: pa.Array) -> None:
        if not len(column):
            return
        zone = column.type.tz if pa.types.is_timestamp(column.type) else None
        ends = pc.min_max(pc.cast(column, pa.timestamp("us", tz=zone), safe=False))
        low, high = _moment(ends["min"]), _moment(ends["max"])
        self.first = low if self.first is None else min(self.first, low)
        self.last = high if self.last is None else max(self.last, high)

    def _add_prediction_id(self, column: pa.Array) -> None:
        self.ids.append(pc.cast(column, pa.string()))


def decoded_bytes(column: pa.Array) -> int:
    """Return the bytes of a column when decoded: a dictionary counts as the values of its keys."""
    if not pa.types.is_dictionary(column.type) or not is_text(column.type.value_type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)


def scan(path: Path, columns: Mapping[str, str], limit: int) -> dict[str, Any]:
    """Read the whole file and return rows, decoded bytes, counts, first and last time, and duplicates.

    `columns` maps score, label, predicted_at and prediction_id to their names in the file, where present. Reading stops
    when more than `limit` bytes were decoded.
    """
    tally = Tally(columns)
    for batch in _batches(path):
        tally.add(batch)
        if tally.decoded > limit:
            return {"too large": tally.decoded}
    repeated, example = tally.duplicates()
    facts = {"rows": tally.rows, "decoded": tally.decoded, "from": tally.first, "to": tally.last}
    return {**facts, "counts": tally.counts, "repeated": repeated, "example": example}


def footer(path: Path) -> dict[str, Any]:
    """Return the Arrow type of each column as text, the kinds that it can have, and the names that occur twice."""
    schema = pq.read_schema(path)
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    columns = {field.name: str(field.type) for field in schema}
    return {"columns": columns, "kinds": {field.name: kinds(field.type) for field in schema}, "twice": twice}


def kinds(type_: pa.DataType) -> list[str]:
    """Return the kinds that a column of this type can have: numeric, categorical, label, moment, id."""
    value = type_.value_type if pa.types.is_dictionary(type_) else type_
    whole, text, number = pa.types.is_integer(value), is_text(value), is_number(value)
    found = {
        "numeric": number and not pa.types.is_dictionary(type_),
        "categorical": text or whole or pa.types.is_boolean(value),
        "label": (number or pa.types.is_boolean(value)) and not pa.types.is_dictionary(type_),
        "moment": pa.types.is_timestamp(value) or pa.types.is_date(value),
        "id": text or whole,
    }
    return [name for name, fits in found.items() if fits]


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the footer, and the scan over the requested columns with a fitting type; `broken` for an unreadable
    file."""
    path = Path(request["path"])
    try:
        found = footer(path)
        fit = {
            role: name
            for role, (name, kind) in request["roles"].items()
            if kind in found["kinds"].get(name, ()) and name not in found["twice"]
        }
        return {**found, **scan(path, fit, request["limit"])}
    except MemoryError:
        return {"too large": request["limit"]}
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        return {"broken": str(error).splitlines()[0][:200] if str(error) else type(error).__name__}


def limit_memory(size: int) -> None:
    """Limit the address space of this process to `size` bytes, where the system supports it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
        for group in range(file.num_row_groups):
            yield from file.iter_batches(batch_size=BATCH, row_groups=[group], use_threads=False)


def _moment(value: pa.Scalar) -> str:
    micros = pc.cast(value, pa.int64()).as_py()
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def main() -> None:
    """Read a request as JSON from standard input and write the result as JSON to standard output."""
    limit_memory(MEMORY)
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
