"""Edges are immutable, have a digest, and are equal after a round trip through JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from data.errors import StatisticsError
from monitoring.edge_placement import place_categories, place_numbers
from monitoring.edges import Edges

NUMBER = place_numbers("x", np.random.default_rng(0).normal(0, 1e-3, 5_000))


def test_edges_are_equal_after_a_round_trip_through_json(edges: Edges) -> None:
    again = Edges.from_json(edges.to_json())
    assert again == edges
    assert hash(again) == hash(edges)
    assert all(np.array_equal(a.values, b.values) for a, b in zip(again.columns, edges.columns, strict=True))


def test_a_given_digest_is_used(edges: Edges) -> None:
    assert Edges.from_json(edges.to_json(), edges.digest) == edges
    assert Edges.from_json(edges.to_json(), "sha256:given").digest == "sha256:given"


def test_edges_with_one_other_value_have_another_digest(edges: Edges) -> None:
    document = json.loads(edges.to_json())
    document["columns"][0]["values"][3] = np.nextafter(document["columns"][0]["values"][3], np.inf)
    assert Edges.from_json(json.dumps(document)) != edges
    assert edges != edges.to_json()


def test_edges_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        NUMBER.values[0] = 1.0


def test_each_column_has_its_range_of_counters() -> None:
    both = Edges((NUMBER, place_categories("c", [])))
    assert both.starts == {"x": 0, "c": NUMBER.width}
    assert both.width == NUMBER.width + 3


BROKEN = {
    "not JSON": ("{", "the stored edges of the reference cannot be read"),
    "another document": ("[]", "the stored edges of the reference cannot be read"),
    "a column without values": ('{"format":1,"columns":[{"kind":"numeric","name":"x"}]}', "KeyError"),
    "another format": ('{"format":99,"columns":[]}', "have format 99; this modelward reads format 1"),
    "no columns": ('{"format":1,"columns":[]}', "got none"),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_document_is_refused(text: str, says: str) -> None:
    with pytest.raises(StatisticsError, match=says):
        Edges.from_json(text)


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(StatisticsError, match="distinct names; got x, x"):
        Edges((NUMBER, NUMBER))


def test_the_message_on_an_unknown_column_lists_the_columns(edges: Edges) -> None:
    with pytest.raises(StatisticsError, match="no column wind; it has delay, hour, carrier"):
        edges.column("wind")
