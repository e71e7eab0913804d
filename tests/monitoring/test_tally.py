"""The counters of one column are compared with their definition."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from monitoring.edge_placement import place_categories, place_numbers
from monitoring.edges import LARGEST
from monitoring.tally import CategoricalTally, NumericTally, first_by_name

EDGES = place_numbers("x", np.array([-1.0, 0.0, 0.5, 2.0]))


def cell(value: float | None) -> int:
    """The index of the counter of a value by definition."""
    if value is None:
        return EDGES.cells + 3
    if np.isnan(value):
        return EDGES.cells + 2
    if abs(value) > LARGEST:
        return EDGES.cells + (1 if value > 0 else 0)
    return sum(1 for edge in EDGES.values if value > edge)


@given(st.lists(st.one_of(st.none(), st.floats(), st.sampled_from([-1.0, 0.0, -0.0, 0.5, 2.0, LARGEST, -LARGEST]))))
def test_each_number_is_counted_by_definition(values: list[float | None]) -> None:
    tally = NumericTally(EDGES)
    tally.add(pa.array(values, pa.float64()))
    expected = np.bincount([cell(v) for v in values], minlength=EDGES.width)
    assert tally.counts.tolist() == expected.tolist()


@given(st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "rare", "new"]))))
def test_each_category_is_counted_by_definition(values: list[str | None]) -> None:
    edges = place_categories("w", [pa.array(["a", "a", "b"])])
    tally = CategoricalTally(edges)
    tally.add(pa.array(values, pa.string()))
    places = {"a": 0, "b": 1, "rare": 3, "new": 3, None: 4}
    assert tally.counts.tolist() == np.bincount([places[v] for v in values], minlength=5).tolist()
    assert sum(tally.new_values.values()) == tally.counts[3]


@given(st.lists(st.dictionaries(st.text(max_size=2), st.integers(1, 9), max_size=40), min_size=1, max_size=4))
def test_named_new_values_do_not_depend_on_the_grouping(parts: list[dict[str, int]]) -> None:
    stepwise: dict[str, int] = {}
    for part in parts:
        stepwise = first_by_name(stepwise, first_by_name(part))
    assert stepwise == first_by_name(*parts)
