"""Writes the measurements of one monitoring run as Parquet; the same measurements always give the same bytes.

Each row is one measurement with its version, its days and its watch rule ("" when no rule uses it), so that every
figure of a past run can be read without the code that measured it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import ArtifactError
from data.records.measurement import Measurement
from data.records.row import Frozen

SCHEMA = pa.schema(
    [
        ("version", pa.string()),
        ("first_day", pa.string()),
        ("last_day", pa.string()),
        ("rule", pa.string()),
        ("outcome", pa.string()),
        ("statistic", pa.string()),
        ("column", pa.string()),
        ("segment", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("p_value", pa.float64()),
        ("rows", pa.int64()),
        ("reference_rows", pa.int64()),
        ("coverage", pa.float64()),
        ("cannot_say", pa.string()),
        ("edges_digest", pa.string()),
    ]
)


class WindowMeasurement(Frozen):
    """A measurement with its version and its first and last day (both included, as YYYY-MM-DD).

    `rule` is the subject of the watch rule and `outcome` the result of the rule; both are "" when no rule uses it.
    """

    version: str
    first_day: str
    last_day: str
    measurement: Measurement
    rule: str = ""
    outcome: str = ""


def to_bytes(measured: Sequence[WindowMeasurement], faults: Sequence[str] = ()) -> bytes:
    """Return the measurements as one Parquet file, in the given order; the faults of the logs are in its metadata."""
    rows = [
        {**one.model_dump(mode="json", exclude={"measurement"}), **one.measurement.model_dump(mode="json")}
        for one in measured
    ]
    sink = pa.BufferOutputStream()
    schema = SCHEMA.with_metadata({"faults": json.dumps(faults)})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(content: bytes) -> tuple[WindowMeasurement, ...]:
    """Return the measurements from a file that `to_bytes` wrote. Raises ArtifactError for any other content."""
    try:
        rows = pq.read_table(pa.BufferReader(content), schema=SCHEMA, use_threads=False).to_pylist()
        return tuple(_measured(row) for row in rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        what = f"the stored measurements of a monitoring run cannot be read: {reason}"
        raise ArtifactError(what, "install the modelward version that wrote them, or a later one") from error


def _measured(row: dict[str, object]) -> WindowMeasurement:
    figures = Measurement.model_validate({name: row[name] for name in Measurement.model_fields})
    values = {name: row[name] for name in WindowMeasurement.model_fields if name != "measurement"}
    return WindowMeasurement.model_validate({**values, "measurement": figures})
