"""Read a Parquet file one column of one row group at a time, and keep its dictionaries.

This needs little memory for any number of rows. It was measured as the cheapest way without a memory map (whose pages
count as memory), without a read-ahead buffer, and with one Arrow thread (the scan has threads of its own).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import LogFormatError
from monitoring.column_kind import ColumnKind, kinds_of, natural_kind

LogPath = str | Path


class LogFile:
    """A Parquet file whose column names may differ from those of modelward; `mapping`: our name → name in the file.

    Raises:
        LogFormatError: the file is missing or is not Parquet.
    """

    def __init__(self, source: LogPath, mapping: Mapping[str, str]) -> None:
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
        """Return the kind of each column in `columns` (our names); None stands for the kind of its Arrow type.

        Raises:
            LogFormatError: a column is missing or has another type; the message gives file, column and both types.
        """
        named = {self.name_of(name): kind for name, kind in columns.items()}
        kinds = kinds_of(self.schema, named, self.source)
        return {name: kinds[self.name_of(name)] for name in columns}

    def name_of(self, name: str) -> str:
        """Return the name in the file of our column `name`."""
        return self._mapping.get(name, name)

    def rows_of(self, group: int) -> int:
        """Return the number of rows of one row group."""
        return int(self._file.metadata.row_group(group).num_rows)

    def read(self, group: int, name: str) -> pa.ChunkedArray:
        """Return our column `name` of one row group.

        Raises:
            LogFormatError: the file is incomplete or its pages cannot be decoded.
        """
        with self._reading():
            return self._file.read_row_group(group, columns=[self.name_of(name)], use_threads=False).column(0)

    def column(self, name: str) -> pa.ChunkedArray:
        """Return our column `name` of the whole file.

        Raises:
            LogFormatError: the file is incomplete or its pages cannot be decoded.
        """
        with self._reading():
            return self._file.read(columns=[self.name_of(name)], use_threads=False).column(0)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raise LogFormatError with the name of the file for an error of Arrow or the file system."""
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise LogFormatError(
                f"{self.source}: cannot be read as Parquet: {reason}",
                "write the partition again; until then it is reported as broken",
            ) from error
