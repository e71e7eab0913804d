"""One Parquet file of predictions, read a column of a row group at a time, dictionaries kept.

That order holds little in memory however many rows there are, and was measured the cheapest: no memory map (its pages
count), no read-ahead buffer, one Arrow thread (the kernel runs its own).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import LogFormatError
from monitoring.column_kind import ColumnKind, kinds_of, natural_kind

Source = str | Path


class LogFile:
    """A Parquet file whose columns may have other names than ours: `mapping` is our name → the file's.

    Raises:
        LogFormatError: the file is missing or is not Parquet.
    """

    def __init__(self, source: Source, mapping: Mapping[str, str]) -> None:
        self.source = str(source)
        self._mapping = mapping
        with self._reading():
            metadata = pq.read_metadata(self.source)
            self.schema: pa.Schema = metadata.schema.to_arrow_schema()
            text = [field.name for field in self.schema if natural_kind(field.type) is ColumnKind.CATEGORICAL]
            self._file = pq.ParquetFile(
                self.source, metadata=metadata, read_dictionary=text, memory_map=False, pre_buffer=False
            )
        self.row_groups: int = metadata.num_row_groups

    def kinds(self, columns: Mapping[str, ColumnKind | None]) -> dict[str, ColumnKind]:
        """The kind of each of our `columns`, by its type where None is given.

        Raises:
            LogFormatError: a column is missing or cannot be counted so; names file, column, actual and required type.
        """
        named = {self.name_of(name): kind for name, kind in columns.items()}
        kinds = kinds_of(self.schema, named, self.source)
        return {name: kinds[self.name_of(name)] for name in columns}

    def name_of(self, name: str) -> str:
        """The file's name of our column."""
        return self._mapping.get(name, name)

    def rows_of(self, group: int) -> int:
        """Number of rows of one row group."""
        return int(self._file.metadata.row_group(group).num_rows)

    def read(self, group: int, name: str) -> pa.ChunkedArray:
        """Our column `name` of one row group.

        Raises:
            LogFormatError: the file breaks off or its pages cannot be decoded.
        """
        with self._reading():
            return self._file.read_row_group(group, columns=[self.name_of(name)], use_threads=False).column(0)

    def column(self, name: str) -> pa.ChunkedArray:
        """Our column `name` of the whole file.

        Raises:
            LogFormatError: the file breaks off or its pages cannot be decoded.
        """
        with self._reading():
            return self._file.read(columns=[self.name_of(name)], use_threads=False).column(0)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Arrow's and the file system's errors as one of ours that names the file."""
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise LogFormatError(
                f"{self.source}: cannot be read as Parquet: {reason}",
                "write the partition again; until then it counts as broken, not as empty",
            ) from error
