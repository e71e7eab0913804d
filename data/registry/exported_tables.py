"""Writes the state tables of an export, each as JSON lines, which the verifier reads, and as Parquet for analysts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import duckdb

from data.audit.body import canonical
from data.audit.export_folder import ExportFolder
from data.errors import InputError
from data.records.row import Row, StorageKind
from data.records.tables import TABLES

_BATCH = 5_000
_PARQUET = {
    StorageKind.TEXT: "string",
    StorageKind.INTEGER: "int64",
    StorageKind.REAL: "float64",
    StorageKind.BOOLEAN: "bool",
    StorageKind.NESTED: "string",
}

_Cells = tuple[object, ...]


def write_tables(folder: ExportFolder, connection: duckdb.DuckDBPyConnection, model: str) -> int:
    """Write every state table, or the rows of one model (its key) and all below it; return the number of rows.

    Raises OSError when a file cannot be written, duckdb.Error when a table cannot be read.
    """
    return sum(_write_table(folder, connection, kind, model) for kind in TABLES)


def _write_table(folder: ExportFolder, connection: duckdb.DuckDBPyConnection, kind: type[Row], model: str) -> int:
    import pyarrow as pa  # here, because commands that export nothing load this module too
    import pyarrow.parquet as pq

    columns = kind.stored_columns()
    schema = pa.schema([(name, pa.type_for_alias(_PARQUET[stored])) for name, stored in columns.items()])
    parquet, count = f"tables/{kind.table}.parquet", 0
    with (
        folder.writing(f"tables/{kind.table}.jsonl") as lines,
        pq.ParquetWriter(folder.place(parquet), schema, compression="zstd") as writer,
    ):
        for rows in _batches(connection, kind, model):
            for row in rows:
                lines.write(_line(columns, row) + b"\n")
            cells = [list(column) for column in zip(*rows, strict=True)]
            writer.write_batch(pa.record_batch(cells, schema=schema))
            count += len(rows)
    folder.list_written(parquet)
    return count


def _batches(connection: duckdb.DuckDBPyConnection, kind: type[Row], model: str) -> Iterator[Sequence[_Cells]]:
    names = ", ".join(f'"{name}"' for name in kind.stored_columns())
    scope = "WHERE key = ? OR starts_with(key, ?)" if model else ""
    sql = f'SELECT {names} FROM "{kind.table}" {scope} ORDER BY key'
    cursor = connection.execute(sql, [model, f"{model}/"] if model else [])
    while rows := cursor.fetchmany(_BATCH):
        yield rows


def _line(columns: Mapping[str, StorageKind], row: _Cells) -> bytes:
    """Return a row as canonical JSON. A cell that has no such form was not written by an event: its row is written as
    text, which the verifier reports."""
    cells = dict(zip(columns, row, strict=True))
    try:
        return canonical({name: _decoded(columns[name], cell) for name, cell in cells.items()})
    except InputError:
        return canonical({name: repr(cell) for name, cell in cells.items()})


def _decoded(kind: StorageKind, cell: object) -> object:
    if kind is not StorageKind.NESTED or not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        return cell
