"""Read the predictions of a version from its packed submission."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import LogFormatError
from data.files.home import Home
from data.records.model import ColumnMapping
from data.records.version import Version
from data.submission.datasets import FILES as DATASETS
from data.submission.packing import unpack

FILES = {role: DATASETS[role] for role in ("training", "held-out")}


@dataclass(frozen=True)
class Predictions:
    """Rows of one dataset as parallel arrays: id, UTC day, label (NaN when unknown), score.

    `table` has all columns of the file.
    """

    prediction_id: pa.Array
    day: npt.NDArray[np.datetime64]
    label: npt.NDArray[np.float64]
    score: npt.NDArray[np.float64]
    table: pa.Table

    def column(self, name: str) -> npt.NDArray[np.str_]:
        """Return a column as text, for slices. Raises LogFormatError when the column is missing."""
        if name not in self.table.column_names:
            raise LogFormatError(
                f"the test plan slices by column {name}, which the dataset does not have",
                "add the column to the dataset, or correct the slice in tests.yaml",
            )
        values = pc.cast(self.table.column(name), pa.string()).to_numpy(zero_copy_only=False)
        return np.asarray(values, dtype=np.str_)


@contextmanager
def submission_folder(home: Home, version: Version) -> Iterator[Path]:
    """Unpack a version's submission to a temporary folder for the block. Raises ArtifactError, DigestMismatchError."""
    with tempfile.TemporaryDirectory(prefix="modelward-") as folder:
        yield unpack(home.inbox, version.submission_digest, Path(folder))


def read_predictions(folder: Path, role: str, columns: ColumnMapping) -> Predictions:
    """Read one dataset of a submission; days are UTC days, whatever the time zone of the file.

    Raises LogFormatError when the file or a mapped column is missing, the file is empty, or a value has a wrong type.
    """
    table = _read(folder, FILES[role])
    required = (columns.prediction_id, columns.predicted_at, columns.label, columns.score)
    missing = [name for name in required if name not in table.column_names]
    if missing:
        noun = "column" if len(missing) == 1 else "columns"
        raise LogFormatError(
            f"{FILES[role]} has no {noun} {', '.join(missing)}; the file has {', '.join(table.column_names)}",
            f"add the {noun} to {FILES[role]}, or correct `columns` in model.yaml; then register again",
        )
    moment = _cast(table, columns.predicted_at, pa.timestamp("us", tz="UTC"))
    day = pc.cast(pc.floor_temporal(moment, unit="day"), pa.timestamp("s"))
    return Predictions(
        prediction_id=table.column(columns.prediction_id).combine_chunks(),
        day=day.to_numpy().astype("datetime64[D]"),
        label=_numbers(table, columns.label),
        score=_numbers(table, columns.score),
        table=table,
    )


def _read(folder: Path, name: str) -> pa.Table:
    path = folder / name
    if not path.is_file():
        raise LogFormatError(f"the submission has no file {name}", "submit the scored rows of that dataset")
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise LogFormatError(
            f"{name} cannot be read as Parquet: {error}", "write the file as Parquet, then register again"
        ) from error
    if table.num_rows == 0:
        raise LogFormatError(f"{name} has no rows", "submit the scored rows of that dataset")
    return table


def _cast(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    column = table.column(name)
    if pa.types.is_integer(column.type) and pa.types.is_temporal(kind):
        raise LogFormatError(
            f"column {name} has type {column.type}, expected times", "write timestamps with a time zone"
        )
    try:
        return pc.cast(column, kind)
    except pa.ArrowException as error:
        raise LogFormatError(
            f"column {name} has type {column.type} and cannot be converted to {kind}: {error}",
            f"write the column as {kind}, then register again",
        ) from error


def _numbers(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(_cast(table, name, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
