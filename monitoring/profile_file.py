"""A profile as Parquet bytes: one row a column, about 100 KB, read back equal to the last bit.

The edges are not in it (they are stored once, with the reference); their digest is, and so is the profile's own, which
is checked on reading. `CACHE_VERSION` belongs in the key of every stored profile: it changes when counting does.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import StatisticsError
from monitoring import edges as edge_format
from monitoring.arrays import frozen
from monitoring.edges import Edges
from monitoring.moments import Moments
from monitoring.profile import FORMAT_VERSION, Part, Profile

CACHE_VERSION = f"profile-{FORMAT_VERSION}/edges-{edge_format.FORMAT_VERSION}"
SCHEMA = pa.schema(
    [
        ("column", pa.string()),
        ("counts", pa.list_(pa.int64())),
        ("total", pa.string()),
        ("squares", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("new_values", pa.map_(pa.string(), pa.int64())),
    ]
)
_REMEDY = "delete the stored profile; the next run counts its partition again"


def to_table(profile: Profile) -> pa.Table:
    """One row a column; whole numbers of any size as text; parts, rows and digests in the schema's metadata."""
    rows = []
    for name, moments, new in zip(profile.edges.names, profile.moments, profile.new_values, strict=True):
        start = profile.edges.starts[name]
        counts = profile.counts[start : start + profile.edges.column(name).width]
        rows.append((name, counts, str(moments.total), str(moments.squares), moments.low, moments.high, [*new.items()]))
    stored = {
        "format": FORMAT_VERSION,
        "edges": profile.edges.digest,
        "digest": profile.digest,
        "rows": profile.rows,
        "parts": sorted(profile.parts),
    }
    columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), SCHEMA, strict=True)]
    return pa.Table.from_arrays(columns, schema=SCHEMA.with_metadata({"profile": json.dumps(stored)}))


def from_table(table: pa.Table, edges: Edges) -> Profile:
    """The profile that `to_table` wrote, on its edges.

    Raises:
        StatisticsError: not a profile, of another format or other edges, or changed since it was written.
    """
    stored = _metadata(table.schema.metadata or {})
    if stored["format"] != FORMAT_VERSION:
        raise StatisticsError(f"profile of format {stored['format']}; this reads {FORMAT_VERSION}", _REMEDY)
    if stored["edges"] != edges.digest:
        raise StatisticsError(f"profile counted on edges {stored['edges']}; the reference's are {edges.digest}")
    try:
        profile = _profile(table, stored, edges)
    except (KeyError, ValueError, TypeError) as error:
        raise StatisticsError(f"a stored profile lacks a part: {error!r}", _REMEDY) from error
    if profile.digest != stored["digest"]:
        raise StatisticsError(f"a stored profile has digest {profile.digest}; it was {stored['digest']}", _REMEDY)
    return profile


def to_bytes(profile: Profile) -> bytes:
    """The profile as one Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(to_table(profile), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes, edges: Edges) -> Profile:
    """The profile that `to_bytes` wrote, on its edges.

    Raises:
        StatisticsError: as `from_table`, or the bytes are not Parquet.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise StatisticsError(f"a stored profile cannot be read: {error}", _REMEDY) from error
    return from_table(table, edges)


def _metadata(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """The metadata of the schema, read from JSON."""
    try:
        stored: dict[str, Any] = json.loads(metadata[b"profile"])
    except (KeyError, ValueError) as error:
        raise StatisticsError(f"not a stored profile: {error!r}", _REMEDY) from error
    return stored


def _profile(table: pa.Table, stored: dict[str, Any], edges: Edges) -> Profile:
    """The profile from its table; the counters, tens of thousands, never become Python's numbers."""
    counts = table["counts"].combine_chunks().flatten()
    columns = table.drop_columns("counts").to_pydict()
    moments = zip(columns["total"], columns["squares"], columns["low"], columns["high"], strict=True)
    return Profile(
        edges,
        frozenset(Part(*part) for part in stored["parts"]),
        stored["rows"],
        frozen(np.asarray(counts.to_numpy(zero_copy_only=False), dtype=np.int64)),
        tuple(Moments(int(total), int(squares), low, high) for total, squares, low, high in moments),
        tuple(dict(new) for new in columns["new_values"]),
    )
