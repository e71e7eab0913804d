"""A number stands with its noun in the singular or the plural."""

from __future__ import annotations

import pytest

from data.text.counted import counted

CASES = {
    "none": ((0, "alert"), "0 alerts"),
    "one": ((1, "alert"), "1 alert"),
    "many, with separators of thousands": ((1_200, "alert"), "1,200 alerts"),
    "an irregular plural": ((2, "criterion", "criteria"), "2 criteria"),
    "the singular of an irregular noun": ((1, "criterion", "criteria"), "1 criterion"),
}


@pytest.mark.parametrize(("given", "text"), CASES.values(), ids=CASES)
def test_the_noun_follows_the_number(given: tuple[int, str], text: str) -> None:
    assert counted(*given) == text
