"""The edges of a reference: where each column is cut into cells, fixed once and never changed.

Every profile of a model is counted on the same edges, so profiles add up, and because the edges never change and
carry a digest, every past verdict can be computed again. `monitoring.edge_placement` places them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pydantic_core import from_json

from data.errors import StatisticsError
from monitoring.arrays import FloatArray, frozen

FORMAT_VERSION = 1
LARGEST = 2.0**500
NUMERIC_MARKS = ("below", "above", "nan", "null")
CATEGORICAL_MARKS = ("other", "new", "null")


@dataclass(frozen=True, eq=False)
class NumericEdges:
    """Cells (−∞, e₀], (e₀, e₁], …, (eₖ₋₁, ∞) of a numeric column, then below, above, NaN and null.

    `below` and `above` count ±∞ and whatever is beyond ±2⁵⁰⁰. `complete` says that every value of the reference is
    an edge. Sums are kept as distances from `centre` in whole units of 2**`unit`, see `monitoring.moments`.
    """

    name: str
    values: FloatArray
    centre: float
    unit: int
    complete: bool

    @property
    def cells(self) -> int:
        """Number of cells for finite values."""
        return len(self.values) + 1

    @property
    def width(self) -> int:
        """Number of counters, the four marks included."""
        return self.cells + len(NUMERIC_MARKS)

    @cached_property
    def keys(self) -> FloatArray:
        """The edges with the limits of what counts as finite around them, as the kernel searches them."""
        ends = (np.nextafter(-LARGEST, -np.inf), LARGEST, np.inf)
        return frozen(np.concatenate([ends[:1], self.values, ends[1:]]))

    def document(self) -> dict[str, Any]:
        """The edges as plain JSON values."""
        return {
            "kind": "numeric",
            "name": self.name,
            "values": self.values.tolist(),
            "centre": self.centre,
            "unit": self.unit,
            "complete": self.complete,
        }


@dataclass(frozen=True, eq=False)
class CategoricalEdges:
    """The known values of a categorical column, most frequent first, then other, new and null.

    `pooled` are known values too rare for a counter of their own: they count as other. `open_ended` says that the
    reference held too many values to remember: then nothing can be called new, and unknown values count as other.
    `singletons` values were seen once among the reference's `rows` non-null rows (see `new_categories`).
    """

    name: str
    values: tuple[str, ...]
    pooled: tuple[str, ...]
    open_ended: bool
    singletons: int
    rows: int

    @property
    def cells(self) -> int:
        """Number of cells for non-null values: the known ones, other, new."""
        return len(self.values) + 2

    @property
    def width(self) -> int:
        """Number of counters, null included."""
        return self.cells + 1

    def document(self) -> dict[str, Any]:
        """The edges as plain JSON values."""
        return {
            "kind": "categorical",
            "name": self.name,
            "values": list(self.values),
            "pooled": list(self.pooled),
            "open_ended": self.open_ended,
            "singletons": self.singletons,
            "rows": self.rows,
        }


ColumnEdges = NumericEdges | CategoricalEdges


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of all profiled columns. Two are equal when their digests are.

    Raises:
        StatisticsError: no column, or two of one name.
    """

    columns: tuple[ColumnEdges, ...]

    def __post_init__(self) -> None:
        names = [c.name for c in self.columns]
        if not names or len(set(names)) != len(names):
            raise StatisticsError(
                f"edges need columns of distinct names; got {', '.join(names) or 'none'}", "name each column once"
            )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON, as `sha256:` and 64 hex digits."""
        return f"sha256:{hashlib.sha256(self.to_json().encode()).hexdigest()}"

    @cached_property
    def starts(self) -> dict[str, int]:
        """Where each column's counters begin in a profile's one row of counters."""
        widths = [c.width for c in self.columns]
        return {c.name: sum(widths[:i]) for i, c in enumerate(self.columns)}

    @cached_property
    def width(self) -> int:
        """Number of counters of all columns together."""
        return sum(c.width for c in self.columns)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> ColumnEdges:
        """The edges of one column.

        Raises:
            StatisticsError: the reference has no such column.
        """
        if name not in self.starts:
            raise StatisticsError(f"the reference has no column {name}; it has {', '.join(self.names)}")
        return self.columns[self.names.index(name)]

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, shortest decimals that read back as the same doubles."""
        document = {"format": FORMAT_VERSION, "columns": [c.document() for c in self.columns]}
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str, digest: str = "") -> Edges:
        """The edges that `to_json` wrote, equal to the last bit.

        `digest` is theirs where it is known: from a store that answers with the very bytes of a digest.

        Raises:
            StatisticsError: the text is not such a document, or of another format version.
        """
        remedy = "restore the reference profile from the registry's artifacts, or register the version again"
        try:
            document = from_json(text)  # forty thousand decimals: seven times as fast as json.loads, equal to the bit
            if document["format"] != FORMAT_VERSION:
                raise StatisticsError(f"edges of format {document['format']}; this reads {FORMAT_VERSION}", remedy)
            edges = cls(tuple(_column(entry) for entry in document["columns"]))
        except (ValueError, KeyError, TypeError) as error:
            raise StatisticsError(f"not a document of edges: {error!r}", remedy) from error
        if digest:
            edges.__dict__["digest"] = digest  # where the property keeps what it has computed
        return edges

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edges) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def _column(entry: dict[str, Any]) -> ColumnEdges:
    """One column from its JSON values."""
    if entry["kind"] == "numeric":
        values = frozen(np.asarray(entry["values"], dtype=np.float64))
        return NumericEdges(entry["name"], values, entry["centre"], entry["unit"], entry["complete"])
    return CategoricalEdges(
        entry["name"],
        tuple(entry["values"]),
        tuple(entry["pooled"]),
        entry["open_ended"],
        entry["singletons"],
        entry["rows"],
    )
