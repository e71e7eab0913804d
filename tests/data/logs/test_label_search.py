"""The search for the days to which labels belong: backwards, cached by identity, repeated only when necessary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pytest

from data.logs import label_search
from data.logs.label_search import LabelPlaces, Searched, continue_search, search
from data.logs.log_fault import LogFaultKind
from tests.prediction_logs import DAY

DAYS = {"third": ["c1", "c2"], "second": ["b1", "b2"], "first": ["a1"]}


def ids(*names: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(names, pa.string())])


def searched(read: list[str]) -> Searched:
    for name, held in DAYS.items():

        def opened(name: str = name, held: Iterable[str] = held) -> pa.ChunkedArray:
            read.append(name)
            return ids(*held)

        yield name, DAY, opened


PLACES: dict[str, tuple[tuple[str, ...], dict[str, int], int, list[str]]] = {
    "all of the newest day": (("c1", "c2"), {"third": 2}, 0, ["third"]),
    "a late one": (("c1", "b2"), {"third": 1, "second": 1}, 0, ["third", "second"]),
    "written twice": (("c1", "c1"), {"third": 2}, 0, ["third"]),
    "one that nobody predicted": (("c1", "zz"), {"third": 1}, 1, ["third", "second", "first"]),
    "no label": ((), {}, 0, []),
}


@pytest.mark.parametrize("case", PLACES)
def test_days_are_read_only_while_ids_are_missing(case: str) -> None:
    labelled, found, orphans, opened = PLACES[case]
    read: list[str] = []
    places = search(ids(*labelled), searched(read))
    assert (places.found, places.orphans, read) == (found, orphans, opened)
    assert places.days == dict.fromkeys(found, DAY)


def test_labels_without_prediction_are_one_fault_with_an_example() -> None:
    fault = search(ids("zz", "c1"), searched([])).fault("date=2013-04-02")
    assert fault is not None
    assert fault.kind is LogFaultKind.ORPHAN_LABEL
    assert "1 label has no logged prediction, for example 'zz'" in fault.text


def test_orphans_are_not_reported_while_a_candidate_day_cannot_be_read() -> None:
    assert replace(search(ids("zz"), searched([])), unsure=True).fault("date=2013-04-02") is None
    assert search(ids("c1"), searched([])).fault("date=2013-04-02") is None


ORPHANED = LabelPlaces({"x": 1}, {"x": DAY}, 1, "zz", searched=frozenset({"x", "y"}), missing=("zz",))
HOLDS: dict[str, tuple[LabelPlaces, set[str], bool, bool]] = {
    "all that was found is there": (LabelPlaces({"x": 1}), {"x", "y"}, False, True),
    "all that was found is there, whatever is not sure": (LabelPlaces({"x": 1}), {"x", "y"}, True, True),
    "a day was written again": (LabelPlaces({"x": 1}), {"y"}, False, False),
    "there was no label": (LabelPlaces({}), set(), False, True),
    "some were missing and no day came since": (ORPHANED, {"x", "y"}, False, True),
    "some were missing and a day came that may hold them": (ORPHANED, {"x", "y", "new"}, False, False),
    "some were missing and it is not sure any more that no day holds them": (ORPHANED, {"x", "y"}, True, False),
    "some were missing and a day with others was written again": (ORPHANED, {"y", "again"}, False, False),
    "some were missing, as was kept before days were": (LabelPlaces({"x": 1}, {}, 1, "zz"), {"x"}, False, False),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_result_is_current_until_a_partition_that_it_depends_on_changes(case: str) -> None:
    places, identities, unsure, holds = HOLDS[case]
    assert places.is_current(identities, unsure=unsure) is holds
    assert LabelPlaces.from_json(places.to_json()) == places


def test_a_result_stored_by_an_earlier_version_can_be_read() -> None:
    assert LabelPlaces.from_json([{"x": 1}, 1, "zz", True]) == LabelPlaces({"x": 1}, {}, 1, "zz", unsure=True)


GOES_ON: dict[str, tuple[LabelPlaces, set[str], bool]] = {
    "the ids are kept and all that was found is there": (ORPHANED, {"x", "new"}, True),
    "a day with others was written again": (ORPHANED, {"y", "new"}, False),
    "there are too many to keep": (LabelPlaces({"x": 1}, {}, 9, "zz"), {"x", "new"}, False),
}


@pytest.mark.parametrize("case", GOES_ON)
def test_a_search_can_continue_if(case: str) -> None:
    places, identities, goes_on = GOES_ON[case]
    assert places.can_continue(identities) is goes_on


def test_missing_ids_are_searched_for_in_new_days_only() -> None:
    first = search(ids("c1", "late", "zz"), searched([]))
    assert (first.orphans, first.searched, first.missing) == (2, set(DAYS), ("late", "zz"))
    read: list[str] = []

    def days() -> Searched:
        yield "fourth", DAY, lambda: (read.append("fourth"), ids("late", "d1"))[1]
        yield from searched(read)

    again = continue_search(first, days())
    assert (again.found, again.missing, read) == ({"third": 1, "fourth": 1}, ("zz",), ["fourth"])
    assert again.searched == {*DAYS, "fourth"}
    assert continue_search(again, days()) == again
    assert read == ["fourth"]


def test_when_every_id_is_found_no_missing_ids_are_stored() -> None:
    again = continue_search(search(ids("c1", "late"), searched([])), [("fourth", DAY, lambda: ids("late"))])
    assert again == LabelPlaces({"third": 1, "fourth": 1}, {"third": DAY, "fourth": DAY})


def test_the_ids_of_too_many_orphans_are_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_search, "MOST_KEPT", 1)
    places = search(ids("y1", "y2"), searched([]))
    assert (places.orphans, places.example, places.missing) == (2, "y1", None)
    assert places.is_current(set(DAYS), unsure=False)
