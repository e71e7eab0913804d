"""Which days a partition of labels is about: found backwards, kept by identity, searched again only when need be."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pytest

from data.label_search import LabelPlaces, Searched, search
from data.log_fault import FaultKind

DAYS = {"third": ["c1", "c2"], "second": ["b1", "b2"], "first": ["a1"]}


def ids(*names: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(names, pa.string())])


def searched(read: list[str]) -> Searched:
    for name, held in DAYS.items():

        def opened(name: str = name, held: Iterable[str] = held) -> pa.ChunkedArray:
            read.append(name)
            return ids(*held)

        yield name, opened


PLACES: dict[str, tuple[tuple[str, ...], dict[str, int], int, list[str]]] = {
    "all of the newest day": (("c1", "c2"), {"third": 2}, 0, ["third"]),
    "a late one": (("c1", "b2"), {"third": 1, "second": 1}, 0, ["third", "second"]),
    "told twice": (("c1", "c1"), {"third": 2}, 0, ["third"]),
    "one that nobody predicted": (("c1", "zz"), {"third": 1}, 1, ["third", "second", "first"]),
    "no label": ((), {}, 0, []),
}


@pytest.mark.parametrize("case", PLACES)
def test_days_are_read_while_ids_are_missing(case: str) -> None:
    labelled, found, orphans, opened = PLACES[case]
    read: list[str] = []
    places = search(ids(*labelled), searched(read))
    assert (places.found, places.orphans, read) == (found, orphans, opened)


def test_labels_without_prediction_are_one_fault_with_an_example() -> None:
    fault = search(ids("zz", "c1"), searched([])).fault("date=2013-04-02")
    assert fault is not None
    assert fault.kind is FaultKind.ORPHAN_LABEL
    assert "1 labels belong to no logged prediction, 'zz' for one" in fault.text


def test_while_a_day_cannot_be_read_nothing_is_said_of_labels_that_may_belong_to_it() -> None:
    assert search(ids("zz"), searched([]), unsure=True).fault("date=2013-04-02") is None
    assert search(ids("c1"), searched([])).fault("date=2013-04-02") is None


HOLDS: dict[str, tuple[LabelPlaces, set[str], bool]] = {
    "all that was found is there": (LabelPlaces({"x": 1}), {"x", "y"}, True),
    "a day was written again": (LabelPlaces({"x": 1}), {"y"}, False),
    "some were missing and may have come": (LabelPlaces({"x": 1}, 1, "zz"), {"x"}, False),
    "there was no label": (LabelPlaces({}), set(), True),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_finding_holds_until_what_it_rests_on_changes(case: str) -> None:
    places, identities, holds = HOLDS[case]
    assert places.holds(identities) is holds
    assert LabelPlaces.read(places.told()) == places
