"""Reads a dataset in batches and reduces each row to two hashes: of its prediction id, and of its features and label.

Two hashes of eight bytes a row are kept, whatever the width of the file. A number is hashed as a float32, so that the
same row written in another width, order or compression has the same hash; id, time and score are not content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.records.model import ColumnMapping
from data.text.arrow_types import is_number

BATCH = 16_384
_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class RowHashes:
    """Two hashes of each row of a dataset, in the order of its rows."""

    ids: _Hashes
    contents: _Hashes


def read_row_hashes(path: Path, columns: ColumnMapping) -> RowHashes:
    """Return the hashes of every row of a dataset that `read_dataset` accepted; a feature that it lacks is left out."""
    present = set(pq.read_schema(path).names)
    content = [*sorted(present & {feature.name for feature in columns.features}), columns.label]
    ids, contents = [], []
    for batch in _batches(path, [columns.prediction_id, *content]):
        ids.append(_values(pc.cast(batch.column(columns.prediction_id), pa.string())))
        contents.append(_row(batch, content))
    return RowHashes(ids=np.concatenate(ids), contents=np.concatenate(contents))


def _batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
        yield from file.iter_batches(batch_size=BATCH, columns=columns, use_threads=False)


def _row(batch: pa.RecordBatch, content: list[str]) -> _Hashes:
    found = np.zeros(batch.num_rows, dtype=np.uint64)
    for name in content:
        found = _mixed(found ^ _values(batch.column(name)))
    return found


def _values(column: pa.Array) -> _Hashes:
    """Return a hash of each value; missing values and NaN are equal."""
    plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    if is_number(plain.type) or pa.types.is_boolean(plain.type):
        return _numbers(plain)
    coded = pc.cast(plain, pa.string()).dictionary_encode()
    known = [_text(value) for value in coded.dictionary.to_pylist()]
    places = np.asarray(coded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.array([*known, 0], dtype=np.uint64)[places]


def _numbers(column: pa.Array) -> _Hashes:
    with np.errstate(over="ignore"):  # beyond the range of a float32: infinite
        values = np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)).astype(np.float32)
    values = np.where(np.isnan(values), np.float32("nan"), values + np.float32(0.0))  # one NaN, and no negative zero
    return _mixed(values.view(np.uint32).astype(np.uint64))


def _text(value: str) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _mixed(values: _Hashes) -> _Hashes:
    """Return the values with their bits mixed. Source: Steele, Lea and Flood (2014), SplitMix64."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
