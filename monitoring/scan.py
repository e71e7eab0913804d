"""The one pass over a partition: every profiled column of every row counted on the reference's edges.

Files, or the row groups of a single file, are divided between two threads (sorting, searching and decoding release the
interpreter lock); a thread holds one column of one row group at a time. Rows of several model versions or segments in
one file are counted separately.
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
from monitoring.log_file import LogFile, Source
from monitoring.moments import NO_MOMENTS
from monitoring.profile import Part, Profile, added, empty_profile
from monitoring.tally import CategoricalTally, NumericTally

THREADS = 2
Read = Callable[[str], pa.ChunkedArray]


@dataclass(frozen=True)
class Layout:
    """How a log marks which rows belong together, and the names of its columns.

    `mapping`: our column name → the log's, where they differ. `version_column` and `segment_column` (the log's names)
    separate the rows; "" counts all rows together. A null there counts as "".
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    version_column: str = ""
    segment_column: str = ""


def profile_files(
    sources: Sequence[Source], edges: Edges, partition: str = "", layout: Layout | None = None, threads: int = THREADS
) -> tuple[Profile, ...]:
    """Profiles of the Parquet files of one partition, one for each segment × model version, sorted by part.

    Without a row there is one profile of no rows.

    Raises:
        LogFormatError: a file cannot be read, or lacks a mapped column, or has it in another type; nothing is
            returned then, because half a partition is not a partition.
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
    """The same of a table that is loaded already; `source` names it in messages.

    Raises:
        LogFormatError: a mapped column is missing or has another type.
    """
    how = layout or Layout()
    counting = _Counting(edges, partition, how)
    counting.check(table.schema, source)
    counting.add(lambda name: table.column(how.mapping.get(name, name)), table.num_rows)
    return _together([counting], edges, partition)


class _Counting:
    """The tallies of one thread, by part."""

    def __init__(self, edges: Edges, partition: str, layout: Layout) -> None:
        self._edges, self._partition, self._layout = edges, partition, layout
        self._parts: dict[Part, _PartTally] = {}

    def check(self, schema: pa.Schema, source: str) -> None:
        """Pass when the schema has every column of the edges, and those that separate its rows, in a fitting type.

        Raises:
            LogFormatError: it has not; names file, column, actual and required type.
        """
        mapping = self._layout.mapping
        kinds_of(schema, {mapping.get(c.name, c.name): kind_of(c) for c in self._edges.columns}, source)
        for name in filter(None, (self._layout.version_column, self._layout.segment_column)):
            check_type(type_of(schema, name, source), ColumnKind.CATEGORICAL, name, source)

    def add(self, read: Read, rows: int) -> None:
        """Count `rows` rows whose columns `read` gives by our name."""
        chosen = list(self._rows_by_part(read, rows))
        for index, column in enumerate(self._edges.columns):
            values = read(column.name)
            for tally, mask in chosen:
                for chunk in (values if mask is None else values.filter(mask)).chunks:
                    tally.columns[index].add(chunk)

    def profiles(self) -> list[Profile]:
        """What was counted so far, one profile a part."""
        return [tally.profile(part) for part, tally in self._parts.items()]

    def _rows_by_part(self, read: Read, rows: int) -> Iterator[tuple[_PartTally, pa.Array | None]]:
        """The tally of each part among the rows, with a mask of its rows; None where all rows are of one part."""
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
    """The growing counters of one part."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self.rows = 0
        self.columns: list[NumericTally | CategoricalTally] = [
            NumericTally(c) if isinstance(c, NumericEdges) else CategoricalTally(c) for c in edges.columns
        ]

    def profile(self, part: Part) -> Profile:
        """The counters as a profile."""
        return Profile(
            self._edges,
            frozenset([part]),
            self.rows,
            frozen(np.concatenate([c.counts for c in self.columns])),
            tuple(c.moments if isinstance(c, NumericTally) else NO_MOMENTS for c in self.columns),
            tuple(c.new_values if isinstance(c, CategoricalTally) else {} for c in self.columns),
        )


def kind_of(column: NumericEdges | CategoricalEdges) -> ColumnKind:
    """The kind that a column's edges count."""
    return ColumnKind.NUMERIC if isinstance(column, NumericEdges) else ColumnKind.CATEGORICAL


def _counted(
    share: Iterable[tuple[Source | LogFile, int, int]], edges: Edges, partition: str, layout: Layout
) -> _Counting:
    """What one thread counts: of each file every `step`-th row group from `first` on."""
    counting = _Counting(edges, partition, layout)
    for source, first, step in share:
        log = source if isinstance(source, LogFile) else LogFile(source, layout.mapping)
        counting.check(log.schema, log.source)
        for group in range(first, log.row_groups, step):
            counting.add(partial(log.read, group), log.rows_of(group))
    return counting


def _labels(read: Read, name: str, rows: int) -> tuple[IntArray, list[str]]:
    """Each row's code and the texts that the codes stand for; without a column all rows are ""."""
    if not name:
        return np.zeros(rows, dtype=np.int64), [""]
    texts = words(read(name).combine_chunks()).fill_null("").dictionary_encode()
    return texts.indices.to_numpy(zero_copy_only=False).astype(np.int64), texts.dictionary.to_pylist()


def _together(counted: Iterable[_Counting], edges: Edges, partition: str) -> tuple[Profile, ...]:
    """All threads' counts added by part."""
    by_part: dict[frozenset[Part], list[Profile]] = {}
    for counting in counted:
        for profile in counting.profiles():
            by_part.setdefault(profile.parts, []).append(profile)
    if not by_part:
        return (empty_profile(edges, [Part(partition)]),)
    return tuple(added(parts, by_part[parts]) for parts in sorted(by_part, key=sorted))
