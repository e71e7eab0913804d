"""A profile is exact, and merging is associative, commutative and exact for any division of the rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import StatisticsError
from monitoring.edge_placement import edges_of_table
from monitoring.edges import Edges
from monitoring.profile import Part, Profile, empty_profile, merge
from monitoring.scan import profile_table

NUMBERS = st.one_of(st.none(), st.floats(width=64), st.sampled_from([0.0, 1.0, 2.5]))
WORDS = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "new", "newer"]), st.text(max_size=2))
ROWS = st.lists(st.tuples(NUMBERS, WORDS), max_size=30)
EDGES = edges_of_table(pa.table({"n": [0.0, 1.0, 2.0, 10.0], "w": ["a", "a", "b", "c"]}))


def counted(rows: list[tuple[float | None, str | None]], partition: str) -> Profile:
    """The profile of some rows."""
    table = pa.table(
        {"n": pa.array([n for n, _ in rows], pa.float64()), "w": pa.array([w for _, w in rows], pa.string())}
    )
    (profile,) = profile_table(table, EDGES, partition)
    return profile


@given(ROWS, ROWS)
def test_merging_is_commutative(first: list, second: list) -> None:
    a, b = counted(first, "a"), counted(second, "b")
    assert merge(a, b) == merge(b, a)


@given(ROWS, ROWS, ROWS)
def test_merging_is_associative(first: list, second: list, third: list) -> None:
    a, b, c = counted(first, "a"), counted(second, "b"), counted(third, "c")
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(a, b, c)


@given(ROWS, st.data())
def test_merging_equals_counting_all_rows_at_once_in_any_order(rows: list, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    shuffled = data.draw(st.permutations(rows))
    merged = merge(counted(shuffled[:cut], "a"), counted(shuffled[cut:], "b"))
    whole = counted(rows, "all")
    assert np.array_equal(merged.counts, whole.counts)
    assert (merged.moments, merged.new_values, merged.rows) == (whole.moments, whole.new_values, whole.rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_merging_an_empty_profile_changes_no_counts(rows: list) -> None:
    profile = counted(rows, "a")
    assert merge(profile, empty_profile(EDGES)) == profile


def test_counts_equal_exact_computation(make_log: Callable[..., pa.Table], edges: Edges) -> None:
    table = make_log(5_000, 9, carriers=("AA", "B6", "ZZ"))
    (profile,) = profile_table(table, edges)
    delay = profile.numeric("delay")
    values = table["delay"].drop_null().to_numpy()
    finite = values[np.isfinite(values)]
    exact = np.bincount(np.searchsorted(delay.edges.values, finite, side="left"), minlength=delay.edges.cells)
    assert np.array_equal(delay.cells, exact)
    assert (delay.nulls, delay.nans) == (table["delay"].null_count, int(np.isnan(values).sum()))
    assert (delay.above, delay.below) == (int((values == np.inf).sum()), int((values == -np.inf).sum()))
    assert (delay.moments.low, delay.moments.high) == (finite.min(), finite.max())
    assert delay.mean == pytest.approx(finite.mean(), rel=1e-10)
    assert delay.variance == pytest.approx(finite.var(ddof=1), rel=1e-8)
    assert delay.missing == delay.nulls + delay.nans
    carrier = profile.categorical("carrier")
    zz = pc.sum(pc.equal(table["carrier"], "ZZ")).as_py()
    assert (carrier.new, carrier.new_values, carrier.missing) == (zz, {"ZZ": zz}, table["carrier"].null_count)


def test_infinite_values_are_in_the_ordered_cells(reference: Profile) -> None:
    delay = reference.numeric("delay")
    assert delay.ordered.sum() == delay.finite + delay.below + delay.above
    assert reference.rows == delay.ordered.sum() + delay.missing
    assert reference.rows == reference.categorical("carrier").ordered.sum() + reference.categorical("carrier").missing


def test_merging_the_same_part_twice_is_refused(reference: Profile) -> None:
    with pytest.raises(StatisticsError, match="would count its rows twice: reference"):
        merge(reference, reference)


def test_merging_profiles_with_different_edges_is_refused(reference: Profile) -> None:
    with pytest.raises(StatisticsError, match="different edges"):
        merge(reference, empty_profile(EDGES, [Part("x")]))


def test_merging_no_profiles_is_refused() -> None:
    with pytest.raises(StatisticsError, match="there is no profile to merge"):
        merge()


def test_a_column_of_the_other_kind_is_refused(reference: Profile) -> None:
    with pytest.raises(StatisticsError, match="carrier is categorical"):
        reference.numeric("carrier")
    with pytest.raises(StatisticsError, match="delay is numeric"):
        reference.categorical("delay")


def test_profiles_are_equal_by_digest(
    reference: Profile, profile_of: Callable[..., Profile], make_log: Callable
) -> None:
    again = profile_of(make_log(20_000, 0), "reference")
    assert again == reference
    assert len({again, reference, empty_profile(reference.edges)}) == 2
    assert reference != reference.digest
