"""Reads the label log `labels/<team>/<name>/date=YYYY-MM-DD/*.parquet`, partitioned by the day a label became known.

Future labels are ignored: partitions of later days are not opened, and labels later than the time of monitoring are
left out. A replayed run therefore sees exactly the labels that the run of that day could see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.logs.log_columns import INSTANT, ColumnRequest, Use, read_columns
from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.log_partition import Partition
from data.logs.partition_rows import PartitionRows
from data.logs.prediction_log import missing_id_fault, other_day_fault
from data.records.model import ColumnMapping

SCHEMA = pa.schema([("prediction_id", pa.string()), ("label", pa.float64()), ("labelled_at", INSTANT)])
USES = {"prediction_id": Use.TEXT, "label": Use.LABEL, "labelled_at": Use.INSTANT}


@dataclass(frozen=True)
class LabelDay(PartitionRows):
    """The labels of one partition as rows of SCHEMA, and its faults."""

    def known_at(self, now: datetime) -> pa.Table:
        """Return the labels whose time is not after `now` (UTC)."""
        return self.rows.filter(pc.less_equal(self.rows["labelled_at"], pa.scalar(now, INSTANT)))


def read_label_day(partition: Partition, columns: ColumnMapping) -> LabelDay:
    """Return the labels of a partition and all its faults.

    Rows without an id, or with a label other than 0 and 1, are left out.
    """
    read = [_read_file(partition, file, columns) for file in partition.files]
    faults = tuple(fault for _, found in read for fault in found)
    if any(fault.breaks for fault in faults):
        return LabelDay(partition.day, SCHEMA.empty_table(), faults)
    return LabelDay(partition.day, pa.concat_tables([rows for rows, _ in read]), faults)


def _read_file(partition: Partition, file: Path, columns: ColumnMapping) -> tuple[pa.Table, list[LogFault]]:
    where = partition.where(file)
    requests = [ColumnRequest(name, getattr(columns, name), USES[name]) for name in SCHEMA.names]
    read = read_columns(file, where, requests)
    if isinstance(read, LogFault):
        return SCHEMA.empty_table(), [read]
    binary = pc.or_(pc.equal(read["label"], 0.0), pc.equal(read["label"], 1.0))
    named = pc.greater(pc.binary_length(read["prediction_id"]), 0)
    faults = [
        other_day_fault(where, read["labelled_at"], partition.day, columns.labelled_at),
        missing_id_fault(where, read["prediction_id"]),
        _bad_labels(where, binary),
    ]
    usable = read.filter(pc.and_(pc.fill_null(binary, fill_value=False), pc.fill_null(named, fill_value=False)))
    return usable, [fault for fault in faults if fault is not None]


def _bad_labels(where: str, binary: pa.ChunkedArray) -> LogFault | None:
    bad = len(binary) - (pc.sum(binary).as_py() or 0)
    if not bad:
        return None
    what = f"the label is neither 0 nor 1 in {bad:,} of {len(binary):,} rows"
    return LogFault(LogFaultKind.BAD_LABEL, where, what, "write 0 or 1; leave out labels that are not known yet")
