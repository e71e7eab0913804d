"""Define the profile of a set of columns: counts on the edges of a reference, which can be added exactly.

Profiles of parts (partition × slice × model version) are merged by adding whole numbers, so merging is associative,
commutative and exact. A nightly run therefore counts only the new partition, and a window is a sum of stored profiles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from data.errors import StatisticsError
from monitoring.arrays import IntArray, frozen
from monitoring.edges import CategoricalEdges, Edges, NumericEdges
from monitoring.moments import NO_MOMENTS, Moments
from monitoring.tally import first_by_name

FORMAT_VERSION = 1


class Part(NamedTuple):
    """The rows that were counted: partition (or file), slice (`segment`) and model version; "" stands for all."""

    partition: str
    segment: str = ""
    model_version: str = ""


class NumericCounts(NamedTuple):
    """The counts of one numeric column: cells of finite values in order, and counters of other values."""

    edges: NumericEdges
    cells: IntArray
    below: int
    above: int
    nans: int
    nulls: int
    moments: Moments

    @property
    def finite(self) -> int:
        """Number of finite values."""
        return int(self.cells.sum())

    @property
    def ordered(self) -> IntArray:
        """The cells, with −∞ counted in the first and +∞ in the last cell."""
        cells = self.cells.copy()
        cells[0] += self.below
        cells[-1] += self.above
        return cells

    @property
    def mean(self) -> float:
        """Mean of the finite values; there must be at least one."""
        return self.moments.mean(self.finite, self.edges.centre, self.edges.unit)

    @property
    def variance(self) -> float:
        """Sample variance of the finite values; there must be at least two."""
        return self.moments.variance(self.finite, self.edges.unit)

    @property
    def missing(self) -> int:
        """Number of nulls and NaN."""
        return self.nulls + self.nans


class CategoricalCounts(NamedTuple):
    """The counts of one categorical column: known values in the order of the edges, then other and new."""

    edges: CategoricalEdges
    cells: IntArray
    nulls: int
    new_values: dict[str, int]

    @property
    def ordered(self) -> IntArray:
        """The cells; the same name as in `NumericCounts`, for statistics of both kinds of column."""
        return self.cells

    @property
    def new(self) -> int:
        """Number of rows whose value is not in the reference."""
        return int(self.cells[-1])

    @property
    def missing(self) -> int:
        """Number of nulls."""
        return self.nulls


@dataclass(frozen=True, eq=False)
class Profile:
    """The counters of all columns in one array, in the order of the edges; read-only.

    `moments` and `new_values` have one entry for each column: NO_MOMENTS for a categorical column, an empty dict for a
    numeric one. `parts` are the counted parts, each counted once. Two profiles are equal if their digests are equal.
    """

    edges: Edges
    parts: frozenset[Part]
    rows: int
    counts: IntArray
    moments: tuple[Moments, ...]
    new_values: tuple[dict[str, int], ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digest of the edges, parts, counters and moments, as `sha256:` and 64 hex digits."""
        content = {
            "format": FORMAT_VERSION,
            "edges": self.edges.digest,
            "parts": sorted(self.parts),
            "rows": self.rows,
            "moments": [[str(m.total), str(m.squares), m.low.hex(), m.high.hex()] for m in self.moments],
            "new": self.new_values,
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return f"sha256:{hashlib.sha256(canonical + self.counts.astype('<i8').tobytes()).hexdigest()}"

    def numeric(self, name: str) -> NumericCounts:
        """Return the counts of one numeric column.

        Raises:
            StatisticsError: there is no such column, or it is categorical.
        """
        column = self.column(name)
        if isinstance(column, CategoricalCounts):
            raise StatisticsError(
                f"column {name} is categorical, but the statistic needs a numeric column", "choose another statistic"
            )
        return column

    def categorical(self, name: str) -> CategoricalCounts:
        """Return the counts of one categorical column.

        Raises:
            StatisticsError: there is no such column, or it is numeric.
        """
        column = self.column(name)
        if isinstance(column, NumericCounts):
            raise StatisticsError(
                f"column {name} is numeric, but the statistic needs a categorical column", "choose another statistic"
            )
        return column

    def column(self, name: str) -> NumericCounts | CategoricalCounts:
        """Return the counts of one column of either kind.

        Raises:
            StatisticsError: there is no such column.
        """
        edges = self.edges.column(name)
        start, index = self.edges.starts[name], self.edges.names.index(name)
        counts = self.counts[start : start + edges.width]
        if isinstance(edges, CategoricalEdges):
            return CategoricalCounts(edges, counts[:-1], int(counts[-1]), self.new_values[index])
        below, above, nans, nulls = (int(n) for n in counts[edges.cells :])
        return NumericCounts(edges, counts[: edges.cells], below, above, nans, nulls, self.moments[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def empty_profile(edges: Edges, parts: Iterable[Part] = ()) -> Profile:
    """Return the profile of no rows; merging it changes only the parts of another profile."""
    columns = len(edges.columns)
    nothing = frozen(np.zeros(edges.width, dtype=np.int64))
    return Profile(edges, frozenset(parts), 0, nothing, (NO_MOMENTS,) * columns, ({},) * columns)


def merge(*profiles: Profile) -> Profile:
    """Return the profile of all rows of the profiles; the result is exact in any order and grouping.

    Raises:
        StatisticsError: there is no profile, or the profiles have different edges or a part in common.
    """
    if not profiles:
        raise StatisticsError("there is no profile to merge", "pass at least one profile, which may be empty")
    digests = sorted({p.edges.digest for p in profiles})
    if len(digests) > 1:
        raise StatisticsError(f"the profiles have different edges: {' and '.join(digests)}")
    return sum_profiles(_all_parts(profiles), profiles)


def sum_profiles(parts: frozenset[Part], profiles: Sequence[Profile]) -> Profile:
    """Return the sum of one or more profiles with the same edges; the result covers `parts`."""
    edges = profiles[0].edges
    counts = np.zeros(edges.width, dtype=np.int64)
    for profile in profiles:
        counts += profile.counts
    return Profile(
        edges,
        parts,
        sum(p.rows for p in profiles),
        frozen(counts),
        tuple(_total(entries) for entries in zip(*(p.moments for p in profiles), strict=True)),
        tuple(first_by_name(*entries) for entries in zip(*(p.new_values for p in profiles), strict=True)),
    )


def _all_parts(profiles: Sequence[Profile]) -> frozenset[Part]:
    """Return the union of the parts of the profiles, which must have no part in common."""
    parts: set[Part] = set()
    for profile in profiles:
        twice = parts & profile.parts
        if twice:
            named = ", ".join(" ".join(filter(None, part)) for part in sorted(twice)[:3])
            raise StatisticsError(
                f"profiles with the same part would count its rows twice: {named}", "merge each profile once"
            )
        parts |= profile.parts
    return frozenset(parts)


def _total(entries: Sequence[Moments]) -> Moments:
    """Return the sum of the moments."""
    return Moments(
        sum(m.total for m in entries),
        sum(m.squares for m in entries),
        min(m.low for m in entries),
        max(m.high for m in entries),
    )
