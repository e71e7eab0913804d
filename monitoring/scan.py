"""Count all profiled columns of a partition on the edges of the reference, in one pass over its rows.

The files, or the row groups of a single file, are divided between two threads (sorting, searching and decoding release
the interpreter lock). A thread has one column of one row group in memory at a time. Rows of different model versions or
slices in one file are counted separately.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa

from monitoring.arrays import BoolArray, IntArray, frozen
from monitoring.column_kind import ColumnKind, check_type, kinds_of, type_of
from monitoring.column_values import words
from monitoring.edges import CategoricalEdges, Edges, NumericEdges
from monitoring.log_file import LogFile, LogPath
from monitoring.moments import NO_MOMENTS
from monitoring.profile import Part, Profile, empty_profile, sum_profiles
from monitoring.tally import CategoricalTally, NumericTally

THREADS = 2
Read = Callable[[str], pa.ChunkedArray]


@dataclass(frozen=True)
class Layout:
    """The column names of a log, and the columns by which its rows are counted separately.

    `mapping`: our column name → name in the log, where the two differ. `version_column` and `segment_column` (names in
    the log) separate the rows by model version and slice; "" does not separate them. A null there counts as "".
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    version_column: str = ""
    segment_column: str = ""


def profile_files(
    sources: Sequence[LogPath], edges: Edges, partition: str = "", layout: Layout | None = None, threads: int = THREADS
) -> tuple[Profile, ...]:
    """Return the profiles of the Parquet files of one partition, one for each slice × model version, sorted by part.

    If the files have no row, the result is one profile of no rows.

    Raises:
        LogFormatError: a file cannot be read, or a mapped column is missing or has another type.
    """
    how = layout or Layout()
    if len(sources) == 1:
        log = LogFile(sources[0], how.mapping)
        if log.row_groups < 2 or threads < 2:
            return _together([_counted([(log, 0, 1)], edges, partition, how)], edges, partition)
        shares = [[(sources[0], first, threads)] for first in range(threads)]
    else:
        shares = [[(source, 0, 1) for source in sources[first::threads]] for first in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        counted = list(pool.map(lambda share: _counted(share, edges, partition, how), shares))
    return _together(counted, edges, partition)


def profile_table(
    table: pa.Table, edges: Edges, partition: str = "", layout: Layout | None = None, source: str = "table"
) -> tuple[Profile, ...]:
    """Return the profiles of a loaded table, like `profile_files`; messages refer to the table as `source`.

    Raises:
        LogFormatError: a mapped column is missing or has another type.
    """
    how = layout or Layout()
    counting = _Counting(edges, partition, how)
    counting.check(table.schema, source)
    counting.add(lambda name: table.column(how.mapping.get(name, name)), table.num_rows)
    return _together([counting], edges, partition)


class _Counting:
    """The counters of one thread, by part."""

    def __init__(self, edges: Edges, partition: str, layout: Layout) -> None:
        self._edges, self._partition, self._layout = edges, partition, layout
        self._parts: dict[Part, _PartTally] = {}

    def check(self, schema: pa.Schema, source: str) -> None:
        """Check that the schema has every column of the edges and every separating column, with a suitable type.

        Raises:
            LogFormatError: a column is missing or has another type; the message gives file, column and both types.
        """
        mapping = self._layout.mapping
        kinds_of(schema, {mapping.get(c.name, c.name): kind_of(c) for c in self._edges.columns}, source)
        for name in filter(None, (self._layout.version_column, self._layout.segment_column)):
            check_type(type_of(schema, name, source), ColumnKind.CATEGORICAL, name, source)

    def add(self, read: Read, rows: int) -> None:
        """Count `rows` rows; `read` returns a column by our name."""
        chosen = list(self._rows_by_part(read, rows))
        for index, column in enumerate(self._edges.columns):
            values = read(column.name)
            for tally, mask in chosen:
                for chunk in (values if mask is None else values.filter(mask)).chunks:
                    tally.columns[index].add(chunk)

    def profiles(self) -> list[Profile]:
        """Return one profile for each part that was counted."""
        return [tally.profile(part) for part, tally in self._parts.items()]

    def _rows_by_part(self, read: Read, rows: int) -> Iterator[tuple[_PartTally, pa.Array | None]]:
        """Yield the counters of each part and the mask of its rows; the mask is None if all rows belong to the part."""
        (segment_codes, segments), (version_codes, versions) = (
            _labels(read, name, rows) for name in (self._layout.segment_column, self._layout.version_column)
        )
        codes = segment_codes * len(versions) + version_codes
        for code in np.flatnonzero(np.bincount(codes, minlength=1)).tolist():
            mask: BoolArray = codes == code
            part = Part(self._partition, segments[code // len(versions)], versions[code % len(versions)])
            if part not in self._parts:
                self._parts[part] = _PartTally(self._edges)
            tally = self._parts[part]
            tally.rows += int(np.count_nonzero(mask))
            yield tally, None if mask.all() else pa.array(mask)


class _PartTally:
    """The counters of one part, to which rows are added."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self.rows = 0
        self.columns: list[NumericTally | CategoricalTally] = [
            NumericTally(c) if isinstance(c, NumericEdges) else CategoricalTally(c) for c in edges.columns
        ]

    def profile(self, part: Part) -> Profile:
        """Return the counters as a profile of `part`."""
        return Profile(
            self._edges,
            frozenset([part]),
            self.rows,
            frozen(np.concatenate([c.counts for c in self.columns])),
            tuple(c.moments if isinstance(c, NumericTally) else NO_MOMENTS for c in self.columns),
            tuple(c.new_values if isinstance(c, CategoricalTally) else {} for c in self.columns),
        )


def kind_of(column: NumericEdges | CategoricalEdges) -> ColumnKind:
    """Return the kind of column that the edges are for."""
    return ColumnKind.NUMERIC if isinstance(column, NumericEdges) else ColumnKind.CATEGORICAL


def _counted(
    share: Iterable[tuple[LogPath | LogFile, int, int]], edges: Edges, partition: str, layout: Layout
) -> _Counting:
    """Count the share of one thread: every `step`-th row group of each file, starting with number `first`."""
    counting = _Counting(edges, partition, layout)
    for source, first, step in share:
        log = source if isinstance(source, LogFile) else LogFile(source, layout.mapping)
        counting.check(log.schema, log.source)
        for group in range(first, log.row_groups, step):
            counting.add(partial(log.read, group), log.rows_of(group))
    return counting


def _labels(read: Read, name: str, rows: int) -> tuple[IntArray, list[str]]:
    """Return the code of each row and the text of each code; without a column, the text of every row is ""."""
    if not name:
        return np.zeros(rows, dtype=np.int64), [""]
    texts = words(read(name).combine_chunks()).fill_null("").dictionary_encode()
    return texts.indices.to_numpy(zero_copy_only=False).astype(np.int64), texts.dictionary.to_pylist()


def _together(counted: Iterable[_Counting], edges: Edges, partition: str) -> tuple[Profile, ...]:
    """Return the sum of the counts of all threads for each part."""
    by_part: dict[frozenset[Part], list[Profile]] = {}
    for counting in counted:
        for profile in counting.profiles():
            by_part.setdefault(profile.parts, []).append(profile)
    if not by_part:
        return (empty_profile(edges, [Part(partition)]),)
    return tuple(sum_profiles(parts, by_part[parts]) for parts in sorted(by_part, key=sorted))
