"""Reads the mapped columns of one log file as a table with modelward's names and types, or returns the fault.

The footer of a Parquet file may be wrong, so it is not trusted: rows are counted as they are decoded, text stays
dictionary-encoded until its length is known, and the decoded bytes are checked against a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.logs.log_fault import LogFault, LogFaultKind
from data.text.arrow_types import is_number, is_text

BATCH = 16_384
MEMORY = 1 << 30  # bytes
LONGEST_TEXT = 1_024
INSTANT = pa.timestamp("us", tz="UTC")


class Use(StrEnum):
    """The use of a column; the value is a text that describes the allowed types."""

    TEXT = "text or whole numbers"
    INSTANT = "a timestamp"
    NUMBER = "a number"
    LABEL = "0 and 1, or true and false"


RESULT = {Use.TEXT: pa.string(), Use.INSTANT: INSTANT, Use.NUMBER: pa.float64(), Use.LABEL: pa.float64()}


class ColumnRequest(NamedTuple):
    """A column to read: modelward's name for it, its name in the file, and its use."""

    name: str
    column: str
    use: Use


def read_columns(
    path: Path, where: str, requests: Sequence[ColumnRequest], memory: int = MEMORY
) -> pa.Table | LogFault:
    """Return the requested columns of a Parquet file in this order: text as string, times in UTC, numbers as float64.

    Times without a zone are read as UTC. `where` identifies the file in a fault; `memory` is the maximum of decoded
    bytes. A fault is returned, not raised.
    """
    try:
        with path.open("rb") as file:
            metadata = pq.read_metadata(file)
            schema = metadata.schema.to_arrow_schema()
            fault = _schema_fault(schema, where, requests)
            return fault or _read(file, metadata, schema, where, requests, memory)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        what = f"cannot be read as Parquet: {reason}"
        return LogFault(LogFaultKind.UNREADABLE, where, what, "write the partition again")


def _schema_fault(schema: pa.Schema, where: str, requests: Sequence[ColumnRequest]) -> LogFault | None:
    for request in requests:
        index = schema.get_field_index(request.column)
        if index < 0:
            there = ", ".join(schema.names)[:200] or "none"
            what = f"column {request.column} is missing or occurs twice; the columns are {there}"
            remedy = "write the column once, or map its name in model.yaml"
            return LogFault(LogFaultKind.MISSING_COLUMN, where, what, remedy)
        kind = schema.field(index).type
        if not _serves(kind, request.use):
            what = f"column {request.column} has type {kind}; expected {request.use}"
            return LogFault(LogFaultKind.WRONG_TYPE, where, what, f"write {request.column} as {request.use}")
    return None


def _serves(kind: pa.DataType, use: Use) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    plain = not pa.types.is_dictionary(kind)
    fits = {
        Use.TEXT: is_text(value) or pa.types.is_integer(value),
        Use.INSTANT: plain and pa.types.is_timestamp(value),
        Use.NUMBER: plain and is_number(value),
        Use.LABEL: plain and (is_number(value) or pa.types.is_boolean(value)),
    }
    return bool(fits[use] or (pa.types.is_null(kind) and use is not Use.INSTANT))


def _read(
    file: IO[bytes],
    metadata: pq.FileMetaData,
    schema: pa.Schema,
    where: str,
    requests: Sequence[ColumnRequest],
    memory: int,
) -> pa.Table | LogFault:
    text = [field.name for field in schema if is_text(field.type)]
    source = pq.ParquetFile(file, metadata=metadata, read_dictionary=text, memory_map=False, pre_buffer=False)
    batches: list[pa.RecordBatch] = []
    decoded = 0
    for batch in source.iter_batches(batch_size=BATCH, columns=[one.column for one in requests], use_threads=False):
        if too_long := _too_long(batch, requests):
            what = f"column {too_long} contains text of more than {LONGEST_TEXT:,} bytes"
            return LogFault(LogFaultKind.TOO_LARGE, where, what, "write shorter ids and names")
        batches.append(_renamed(batch, requests))
        decoded += batches[-1].nbytes
        if decoded > memory:
            what = f"the mapped columns decode to more than {memory:,} bytes"
            return LogFault(LogFaultKind.TOO_LARGE, where, what, "write the day as several smaller files")
    table = pa.Table.from_batches(batches, pa.schema([(one.name, RESULT[one.use]) for one in requests]))
    if table.num_rows != metadata.num_rows:
        what = f"number of rows: {table.num_rows}, but {metadata.num_rows} according to the footer"
        return LogFault(LogFaultKind.UNREADABLE, where, what, "write the partition again")
    return table


def _too_long(batch: pa.RecordBatch, requests: Sequence[ColumnRequest]) -> str:
    """Return the name of a text column with a value longer than LONGEST_TEXT, or an empty text."""
    for request in requests:
        values = batch.column(request.column)
        entries = values.dictionary if pa.types.is_dictionary(values.type) else values
        longest = pc.max(pc.binary_length(entries)).as_py() if is_text(entries.type) else 0
        if (longest or 0) > LONGEST_TEXT:
            return request.column
    return ""


def _renamed(batch: pa.RecordBatch, requests: Sequence[ColumnRequest]) -> pa.RecordBatch:
    columns = [_converted(batch.column(one.column), one.use) for one in requests]
    return pa.RecordBatch.from_arrays(columns, names=[one.name for one in requests])


def _converted(values: pa.Array, use: Use) -> pa.Array:
    if use is not Use.INSTANT:
        return pc.cast(values, RESULT[use])
    if values.type.tz is None:
        values = pc.assume_timezone(values, "UTC")
    return pc.cast(values, INSTANT, safe=values.type.unit != "ns")
