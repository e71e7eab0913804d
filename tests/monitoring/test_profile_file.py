"""A profile is equal after a round trip through Parquet, and a changed file is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pytest

from data.errors import StatisticsError
from monitoring import profile_file
from monitoring.edges import Edges
from monitoring.profile import Part, Profile, empty_profile, merge


def test_a_profile_is_equal_after_a_round_trip(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    new = profile_of(make_log(500, 3, shift=1e9, carriers=("AA", "QQ", "ZZ")), "2013-01-02")
    for profile in (reference, new, merge(reference, new), empty_profile(reference.edges, [Part("d", "s", "v")])):
        again = profile_file.from_bytes(profile_file.to_bytes(profile), profile.edges)
        assert again == profile
        assert again.parts == profile.parts


def test_a_profile_is_small(reference: Profile) -> None:
    assert len(profile_file.to_bytes(reference)) < 100_000


def test_the_cache_version_contains_both_formats() -> None:
    assert profile_file.CACHE_VERSION == "profile-1/edges-1"


def with_metadata(table: pa.Table, **changed: object) -> pa.Table:
    """The table with some of its metadata changed."""
    metadata = json.loads(table.schema.metadata[b"profile"])
    return table.replace_schema_metadata({"profile": json.dumps(metadata | changed)})


CHANGES: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "another format": (lambda t: with_metadata(t, format=7), "has format 7; this modelward reads format 1"),
    "other edges": (lambda t: with_metadata(t, edges="sha256:0"), "has edges sha256:0"),
    "a row more": (lambda t: with_metadata(t, rows=1), "a stored profile was changed"),
    "a column less": (lambda t: t.drop_columns(["total"]), "is incomplete"),
    "no metadata": (lambda t: t.replace_schema_metadata(None), "a stored file is no profile"),
    "broken metadata": (lambda t: t.replace_schema_metadata({"profile": "{"}), "a stored file is no profile"),
}


@pytest.mark.parametrize(("change", "says"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_table_is_refused(change: Callable, says: str, reference: Profile, edges: Edges) -> None:
    with pytest.raises(StatisticsError, match=says):
        profile_file.from_table(change(profile_file.to_table(reference)), edges)


def test_bytes_that_are_not_parquet_are_refused(edges: Edges) -> None:
    with pytest.raises(StatisticsError, match="cannot be read"):
        profile_file.from_bytes(b"PAR1 not really", edges)
