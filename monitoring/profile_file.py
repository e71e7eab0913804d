"""Write and read a profile as Parquet bytes (about 100 KB): one row for each column, equal to the last bit.

The file has the digest of the edges, which are stored once with the reference, and the digest of the profile, which is
checked on reading. `CACHE_VERSION` is part of the key of every stored profile and changes when counting changes.
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
from monitoring.edges import REGISTER_AGAIN, Edges
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
# A damaged file in the cache is counted again without a message; this error concerns the reference of a version.
_REMEDY = "restore the artifacts of the registry from a backup, or register the version again"


def to_table(profile: Profile) -> pa.Table:
    """Return the profile as a table: one row for each column; parts, rows and digests are in the metadata.

    Whole numbers of unlimited size are stored as text.
    """
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
    """Return the profile that `to_table` wrote; `edges` are those it was counted on.

    Raises:
        StatisticsError: the table is no profile, has another format or other edges, or was changed.
    """
    stored = _metadata(table.schema.metadata or {})
    if stored["format"] != FORMAT_VERSION:
        raise StatisticsError(
            f"a stored profile has format {stored['format']}; this modelward reads format {FORMAT_VERSION}",
            REGISTER_AGAIN,
        )
    if stored["edges"] != edges.digest:
        raise StatisticsError(
            f"a stored profile has edges {stored['edges']}; the reference has {edges.digest}", _REMEDY
        )
    try:
        profile = _profile(table, stored, edges)
    except (KeyError, ValueError, TypeError) as error:
        raise StatisticsError(f"a stored profile is incomplete: {error!r}", _REMEDY) from error
    if profile.digest != stored["digest"]:
        raise StatisticsError(
            f"a stored profile was changed: its digest is {profile.digest}, not {stored['digest']}", _REMEDY
        )
    return profile


def to_bytes(profile: Profile) -> bytes:
    """Return the profile as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(to_table(profile), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes, edges: Edges) -> Profile:
    """Return the profile that `to_bytes` wrote; `edges` are those it was counted on.

    Raises:
        StatisticsError: in the same cases as `from_table`, or the bytes are not Parquet.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise StatisticsError(f"a stored profile cannot be read as Parquet: {error}", _REMEDY) from error
    return from_table(table, edges)


def _metadata(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Return the metadata of the schema, parsed from JSON."""
    try:
        stored: dict[str, Any] = json.loads(metadata[b"profile"])
    except (KeyError, ValueError) as error:
        raise StatisticsError(
            f"a stored file is no profile: its metadata cannot be read ({error!r})", _REMEDY
        ) from error
    return stored


def _profile(table: pa.Table, stored: dict[str, Any], edges: Edges) -> Profile:
    """Return the profile in a table; its many counters stay in arrays and are not converted to Python numbers."""
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
