"""The profile of a column set: counts on a reference's edges, small, exact, and adding up.

Profiles of parts (partition × segment × model version) merge by adding whole numbers, so merging is associative,
commutative and exact: a nightly run counts the new partition alone, and any window is a sum of stored profiles.
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
from monitoring.tally import least_named

FORMAT_VERSION = 1


class Part(NamedTuple):
    """What rows were counted: of which partition (or file), segment and model version; "" stands for all."""

    partition: str
    segment: str = ""
    model_version: str = ""


class NumericCounts(NamedTuple):
    """One numeric column of a profile: finite cells in order, and what is not finite."""

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
        """The cells with −∞ counted in the first and +∞ in the last: all values that have an order."""
        cells = self.cells.copy()
        cells[0] += self.below
        cells[-1] += self.above
        return cells

    @property
    def mean(self) -> float:
        """Mean of the finite values, of which there must be one."""
        return self.moments.mean(self.finite, self.edges.centre, self.edges.unit)

    @property
    def variance(self) -> float:
        """Sample variance of the finite values, of which there must be two."""
        return self.moments.variance(self.finite, self.edges.unit)

    @property
    def missing(self) -> int:
        """Number of nulls and NaN."""
        return self.nulls + self.nans


class CategoricalCounts(NamedTuple):
    """One categorical column of a profile: known values in the edges' order, then other and new."""

    edges: CategoricalEdges
    cells: IntArray
    nulls: int
    new_values: dict[str, int]

    @property
    def ordered(self) -> IntArray:
        """The cells, for statistics that take either kind."""
        return self.cells

    @property
    def new(self) -> int:
        """Number of rows whose value the reference never saw."""
        return int(self.cells[-1])

    @property
    def missing(self) -> int:
        """Number of nulls."""
        return self.nulls


@dataclass(frozen=True, eq=False)
class Profile:
    """All columns' counters in one row, in the order of the edges; read-only.

    `moments` has one entry a column (NO_MOMENTS for categories), `new_values` likewise (empty for numbers). `parts`
    says which rows were counted, each at most once. Two profiles are equal when their digests are.
    """

    edges: Edges
    parts: frozenset[Part]
    rows: int
    counts: IntArray
    moments: tuple[Moments, ...]
    new_values: tuple[dict[str, int], ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over edges' digest, parts, counters and moments, as `sha256:` and 64 hex digits."""
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
        """One numeric column.

        Raises:
            StatisticsError: there is no such column, or it is categorical.
        """
        column = self.column(name)
        if isinstance(column, CategoricalCounts):
            raise StatisticsError(
                f"column {name} is categorical; wanted a numeric one", "watch it by another statistic"
            )
        return column

    def categorical(self, name: str) -> CategoricalCounts:
        """One categorical column.

        Raises:
            StatisticsError: there is no such column, or it is numeric.
        """
        column = self.column(name)
        if isinstance(column, NumericCounts):
            raise StatisticsError(
                f"column {name} is numeric; wanted a categorical one", "watch it by another statistic"
            )
        return column

    def column(self, name: str) -> NumericCounts | CategoricalCounts:
        """One column of either kind.

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
    """The profile of no rows; merging it changes nothing but the parts."""
    columns = len(edges.columns)
    nothing = frozen(np.zeros(edges.width, dtype=np.int64))
    return Profile(edges, frozenset(parts), 0, nothing, (NO_MOMENTS,) * columns, ({},) * columns)


def merge(*profiles: Profile) -> Profile:
    """The profile of all their rows: exact, in any order and grouping.

    Raises:
        StatisticsError: no profile, different edges, or the same part twice (its rows would count twice).
    """
    if not profiles:
        raise StatisticsError("nothing to merge", "pass at least one profile; it may be empty")
    digests = sorted({p.edges.digest for p in profiles})
    if len(digests) > 1:
        raise StatisticsError(f"profiles on different edges: {' and '.join(digests)}")
    return added(_all_parts(profiles), profiles)


def added(parts: frozenset[Part], profiles: Sequence[Profile]) -> Profile:
    """Counters of one or more profiles on the same edges added up, as the profile of `parts`."""
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
        tuple(least_named(*entries) for entries in zip(*(p.new_values for p in profiles), strict=True)),
    )


def _all_parts(profiles: Sequence[Profile]) -> frozenset[Part]:
    """The union of the parts, none twice."""
    parts: set[Part] = set()
    for profile in profiles:
        twice = parts & profile.parts
        if twice:
            named = ", ".join(" ".join(filter(None, part)) for part in sorted(twice)[:3])
            raise StatisticsError(f"rows would count twice: {named}", "merge each partition's profile once")
        parts |= profile.parts
    return frozenset(parts)


def _total(entries: Sequence[Moments]) -> Moments:
    """Moments of all entries together."""
    return Moments(
        sum(m.total for m in entries),
        sum(m.squares for m in entries),
        min(m.low for m in entries),
        max(m.high for m in entries),
    )
