"""The rows of a table are those that the events wrote, in value, revision, column and number."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785

from data.audit.standalone.exported_rows import RowFold
from data.audit.standalone.fault_list import FaultList

COLUMNS = {"key": "VARCHAR", "rev": "BIGINT", "note": "VARCHAR", "score": "DOUBLE"}
ROWS: list[dict[str, Any]] = [
    {"key": "models/a/b", "rev": 2, "note": None, "score": 0.5},
    {"key": "models/a/b/x", "rev": 1, "note": [1, {"z": 1}], "score": None},
]


def image(key: str, rev: int, **values: Any) -> dict[str, Any]:
    return {"table": "t", "key": key, "rev": rev, "values": values}


def folded(scope: str = "all") -> tuple[RowFold, FaultList]:
    faults = FaultList()
    fold = RowFold(scope, faults, "journal")
    fold.apply(1, [image("models/a/b", 1, score=1.0), image("models/a/b/x", 1, note=[1, {"z": 1}])])
    fold.apply(2, [image("models/a/b", 2, score=0.5)])
    return fold, faults


def compared(rows: list[dict[str, Any]], columns: dict[str, Any] | None = None) -> list[str]:
    fold, faults = folded()
    fold.compare("t", COLUMNS if columns is None else columns, [rfc8785.dumps(row) for row in rows], "rows")
    return [one.what for one in faults.listed()]


def test_the_rows_that_the_events_wrote_are_right() -> None:
    assert compared(ROWS) == []
    assert compared([{**ROWS[0], "note": None}, ROWS[1]], {}) == []


CHANGES: dict[str, list[dict[str, Any]]] = {
    "a value": [{**ROWS[0], "score": 0.25}, ROWS[1]],
    "a value inside a list": [ROWS[0], {**ROWS[1], "note": [1, {"z": 2}]}],
    "a truth for a number": [ROWS[0], {**ROWS[1], "note": [True, {"z": 1}]}],
    "a revision": [{**ROWS[0], "rev": 3}, ROWS[1]],
    "a column missing": [{name: value for name, value in ROWS[0].items() if name != "note"}, ROWS[1]],
    "a column more": [{**ROWS[0], "more": None}, ROWS[1]],
    "a row missing": [ROWS[0]],
    "a row twice": [*ROWS, ROWS[0]],
    "a row more": [*ROWS, {**ROWS[0], "key": "models/c/d"}],
    "a row without a revision": [{"key": "models/a/b"}, ROWS[1]],
}


@pytest.mark.parametrize("rows", CHANGES.values(), ids=CHANGES)
def test_a_change_is_a_fault(rows: list[dict[str, Any]]) -> None:
    assert compared(rows)


def test_a_revision_that_does_not_follow_is_a_fault_of_its_event() -> None:
    fold, faults = folded()
    fold.apply(3, [image("models/a/b", 4), image("new", 2)])
    assert [one.seq for one in faults.listed()] == [3, 3]


def test_the_fold_of_a_model_contains_its_own_rows_only() -> None:
    fold, faults = folded("models/a/b")
    fold.apply(3, [image("models/a/bc", 7), image("people/ada", 9)])
    fold.compare("t", None, [rfc8785.dumps({**row, "note": row["note"]}) for row in ROWS], "rows")
    assert (faults.listed(), fold.compared, fold.table_names({"u": {}})) == ([], 2, ["t", "u"])
