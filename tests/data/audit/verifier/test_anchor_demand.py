"""The demand of the standards in force: the newest version of each, and the greatest number of all."""

from __future__ import annotations

from typing import Any

from data.audit.verifier.anchor_demand import AnchorDemand, confirmations


def adopted(standard: str, version: object, anchors: object) -> dict[str, Any]:
    values = {"standard": standard, "version": version, "anchors": anchors}
    return {"type": "standard.adopted", "rows": [{"table": "standard", "key": "k", "rev": 1, "values": values}]}


def test_the_newest_version_of_each_standard_counts() -> None:
    demand = AnchorDemand()
    assert demand.since() == (0, 0)
    demand.apply(3, adopted("baseline", 1, 3))
    demand.apply(4, adopted("other", 1, 2))
    assert demand.since() == (3, 3)
    demand.apply(5, adopted("baseline", 2, None))
    demand.apply(6, adopted("baseline", 1, 9))
    assert demand.since() == (2, 4)


def test_other_events_and_other_types_demand_nothing() -> None:
    demand = AnchorDemand()
    demand.apply(1, {"type": "model.registered", "rows": adopted("baseline", 1, 3)["rows"]})
    demand.apply(2, adopted("baseline", "1", 3))
    demand.apply(3, adopted("baseline", 1, "3"))
    assert demand.since()[0] == 0


def test_an_anchor_confirms_every_size_up_to_its_last() -> None:
    assert [confirmations(size, [{1, 9}, {5}, set()]) for size in (1, 6, 10)] == [2, 1, 0]
