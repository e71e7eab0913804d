"""Reads the prediction log that serving code writes: `logs/<team>/<name>/date=YYYY-MM-DD/*.parquet`.

There are two ways to read a log. Monitoring gets a day with its faults as values and continues with the other days. A
comparison or a retirement needs a log without faults: it gets the rows, or the first fault as an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.logs.log_columns import INSTANT, ColumnRequest, Use, read_columns
from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.log_partition import Partition, partitions
from data.logs.partition_rows import PartitionRows
from data.records.model import ColumnMapping

SCHEMA = pa.schema(
    [
        ("prediction_id", pa.string()),
        ("predicted_at", INSTANT),
        ("model_version", pa.string()),
        ("consumer", pa.string()),
        ("score", pa.float64()),
    ]
)
MILLION = 1_000_000


class ConsumerTraffic(NamedTuple):
    """The predictions of a version that a consumer received: their number, and the time of the last one (UTC).

    `consumer` is the name in the log, "" when it is not known.
    """

    version: str
    consumer: str
    rows: int
    last_at: datetime


@dataclass(frozen=True)
class PredictionDay(PartitionRows):
    """One day of predictions as rows of SCHEMA, and its faults."""

    @property
    def distinct(self) -> pa.Table:
        """The rows without duplicates: for each id the earliest row, at equal times the one with the lowest score."""
        if not any(fault.kind is LogFaultKind.DUPLICATE_ID for fault in self.faults):
            return self.rows
        ordered = self.rows.sort_by([("predicted_at", "ascending"), ("score", "ascending")])
        codes = ordered["prediction_id"].combine_chunks().dictionary_encode().indices
        known, first = np.unique(codes.fill_null(-1).to_numpy(), return_index=True)
        nameless = np.flatnonzero(codes.is_null().to_numpy(zero_copy_only=False))
        return ordered.take(pa.array(np.union1d(first[known >= 0], nameless)))


def read_day(partition: Partition, columns: ColumnMapping) -> PredictionDay:
    """Return the mapped columns of a partition with the faults of all its files."""
    read = [_read_file(partition, file, columns) for file in partition.files]
    faults = [fault for table, found in read for fault in found]
    if any(fault.breaks for fault in faults):
        return PredictionDay(partition.day, SCHEMA.empty_table(), tuple(faults))
    rows = pa.concat_tables([table for table, _ in read])
    repeated = _repeated(partition.folder.name, rows)
    return PredictionDay(partition.day, rows, (*faults, *repeated))


def read_scores(folder: Path, columns: ColumnMapping, days: tuple[date, date], version: str) -> pa.Table:
    """Return the scores of one version on the days `days[0]` to `days[1]`, both included.

    `version` is the number of the version, as in the column `model_version`. The result has the columns `prediction_id`
    (string), `predicted_at` (UTC), `score` (float64), `consumer` (string). Raises LogFormatError for a fault of any
    file of these days, and for an id that occurs twice in the result.
    """
    tables = [_of_version(require_faultless(read_day(one, columns)).rows, version) for one in partitions(folder, *days)]
    rows = pa.concat_tables([SCHEMA.empty_table(), *tables])
    for fault in _repeated(f"{days[0]} to {days[1]}", rows):
        raise fault.error()
    return rows.select(["prediction_id", "predicted_at", "score", "consumer"])


def consumers_seen(folder: Path, columns: ColumnMapping, first: date, last: date) -> tuple[ConsumerTraffic, ...]:
    """Return the traffic by version and consumer from day `first` to `last`, both included. Raises LogFormatError."""
    days = [traffic_in(require_faultless(read_day(one, columns)).rows) for one in partitions(folder, first, last)]
    return merged_traffic([one for day in days for one in day])


def traffic(folder: Path, columns: ColumnMapping, version: str, first: date, last: date) -> dict[str, int]:
    """Return the number of rows of one version by consumer on these days, both included; "" is an unknown consumer.

    Raises LogFormatError for a fault of any file, because traffic that cannot be read is not zero.
    """
    counts = consumers_seen(folder, columns, first, last)
    return {one.consumer: one.rows for one in counts if one.version == version}


def traffic_in(rows: pa.Table) -> tuple[ConsumerTraffic, ...]:
    """Return the traffic by version and consumer of one table of predictions."""
    counts = rows.group_by(["model_version", "consumer"]).aggregate([([], "count_all"), ("predicted_at", "max")])
    order = ["model_version", "consumer", "count_all", "predicted_at_max"]
    return merged_traffic([ConsumerTraffic(*one.values()) for one in counts.select(order).to_pylist()])


def merged_traffic(counts: list[ConsumerTraffic]) -> tuple[ConsumerTraffic, ...]:
    """Return the sum of traffic records: one for each version and consumer, sorted by both."""
    total: dict[tuple[str, str], ConsumerTraffic] = {}
    for count in counts:
        known = total.get((count.version, count.consumer))
        rows, last = (0, count.last_at) if known is None else (known.rows, known.last_at)
        total[count.version, count.consumer] = count._replace(rows=rows + count.rows, last_at=max(last, count.last_at))
    return tuple(total[key] for key in sorted(total))


def require_faultless(day: PredictionDay) -> PredictionDay:
    """Return the day itself if it has no fault. Raises LogFormatError with the first fault."""
    for fault in day.faults:
        raise fault.error()
    return day


def requested_columns(columns: ColumnMapping) -> list[ColumnRequest]:
    """Return the columns that are read from every file, in the order of SCHEMA."""
    uses = {"predicted_at": Use.INSTANT, "score": Use.NUMBER}
    return [ColumnRequest(name, getattr(columns, name), uses.get(name, Use.TEXT)) for name in SCHEMA.names]


def other_day_fault(where: str, instants: pa.ChunkedArray, day: date, column: str) -> LogFault | None:
    """Return the fault for times that are missing or not on the partition's UTC day; None without such times."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    micros = pc.subtract(pc.cast(instants, pa.int64()), int(midnight.timestamp()) * MILLION)
    inside = pc.and_(pc.greater_equal(micros, 0), pc.less(micros, 86_400 * MILLION))
    wrong = len(instants) - (pc.sum(inside).as_py() or 0)
    if not wrong:
        return None
    what = f"{column} is missing or on another day (UTC) in {wrong:,} of {len(instants):,} rows"
    return LogFault(LogFaultKind.OTHER_DAY, where, what, "write each row into the partition of its UTC day")


def missing_id_fault(where: str, ids: pa.ChunkedArray) -> LogFault | None:
    """Return the fault for rows without a prediction id; None without such rows."""
    named = pc.sum(pc.greater(pc.binary_length(ids), 0)).as_py() or 0
    if named == len(ids):
        return None
    what = f"the prediction id is missing in {len(ids) - named:,} of {len(ids):,} rows"
    return LogFault(LogFaultKind.NO_ID, where, what, "write an id in every row; rows without one get no label")


def _read_file(partition: Partition, file: Path, columns: ColumnMapping) -> tuple[pa.Table, list[LogFault]]:
    where = partition.where(file)
    read = read_columns(file, where, requested_columns(columns))
    if isinstance(read, LogFault):
        return SCHEMA.empty_table(), [read]
    for name in ("model_version", "consumer"):
        read = read.set_column(SCHEMA.get_field_index(name), name, pc.fill_null(read[name], ""))
    faults = [
        other_day_fault(where, read["predicted_at"], partition.day, columns.predicted_at),
        missing_id_fault(where, read["prediction_id"]),
        _bad_scores(where, read["score"]),
    ]
    return read, [fault for fault in faults if fault is not None]


def _bad_scores(where: str, scores: pa.ChunkedArray) -> LogFault | None:
    good = pc.and_(pc.greater_equal(scores, 0.0), pc.less_equal(scores, 1.0))
    bad = len(scores) - (pc.sum(good).as_py() or 0)
    if not bad:
        return None
    what = f"the score is null, NaN or outside 0 to 1 in {bad:,} of {len(scores):,} rows"
    return LogFault(
        LogFaultKind.BAD_SCORE, where, what, "write a probability in each row; leave out rows without a score"
    )


def _repeated(where: str, rows: pa.Table) -> Iterator[LogFault]:
    ids = pc.drop_null(rows["prediction_id"])
    again = len(ids) - pc.count_distinct(ids).as_py()
    if again:
        counts = pc.value_counts(ids)
        example = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")[0].as_py()
        what = f"an earlier id is repeated in {again:,} of {len(ids):,} rows, for example {example[:60]!a}"
        yield LogFault(LogFaultKind.DUPLICATE_ID, where, what, "give every prediction a different id")


def _of_version(rows: pa.Table, version: str) -> pa.Table:
    return rows.filter(pc.equal(rows["model_version"], version))
