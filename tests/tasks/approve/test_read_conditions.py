"""Conditions are read as people write them; an unreadable condition gives a message with the correct form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from data.errors import InputError
from tasks.approve.read_conditions import read_conditions

DAY = "2013-05-01"
READ = {
    "a date and a text": ("2013-06-01 watch the wind", [("06-01 00", "watch the wind")]),
    "a date with a time": ("2013-06-01T12:00:00Z retrain", [("06-01 12", "retrain")]),
    "a bullet and a colon": (" - 2013-06-01: watch it", [("06-01 00", "watch it")]),
    "a number before the date": (
        "1. 2013-06-01 watch it\n2) 2013-07-01 again",
        [("06-01 00", "watch it"), ("07-01 00", "again")],
    ),
    "empty lines between them": ("2013-06-01 a\n\n\r\n2013-07-01 b", [("06-01 00", "a"), ("07-01 00", "b")]),
}


@pytest.mark.parametrize(("text", "found"), READ.values(), ids=READ)
def test_conditions_are_read(text: str, found: list[tuple[str, str]]) -> None:
    read = read_conditions(text, "approve with conditions", DAY)
    assert [(f"{one.due_at:%m-%d %H}", one.text) for one in read] == found


REFUSED: Mapping[str, tuple[str, Any, str]] = {
    "no date at the start": (
        "soon correct it",
        "approve with conditions",
        "'soon correct it' does not begin with a date",
    ),
    "a date in words": ("1 June correct it", "approve with conditions", "does not begin with a date"),
    "a date alone": ("2013-06-01", "approve with conditions", "does not say what must be done"),
    "a date and a colon alone": ("2013-06-01:", "approve with conditions", "does not say what must be done"),
    "no condition with the decision approve with conditions": (
        " \n",
        "approve with conditions",
        "no condition is entered",
    ),
    "conditions with the decision approve": ("2013-06-01 correct it", "approve", "the decision is `approve`"),
    "conditions with a rejection": ("2013-06-01 correct it", "reject", "the decision is `reject`"),
    "hostile text": ("\u202e<b>" + "x" * 500, "approve with conditions", r"'\u202e<b>xxx"),
}


@pytest.mark.parametrize(("text", "decision", "message"), REFUSED.values(), ids=REFUSED)
def test_unreadable_conditions_are_refused_with_the_correct_form(text: str, decision: Any, message: str) -> None:
    with pytest.raises(InputError) as refused:
        read_conditions(text, decision, DAY)
    assert message in refused.value.what
    assert len(refused.value.what) < 200
    assert DAY in refused.value.remedy or "`approve with conditions`" in refused.value.remedy


def test_an_empty_field_gives_no_conditions() -> None:
    assert read_conditions("", "approve", DAY) == ()
