"""Two equal differences are one: a comparison that finds it twice keeps it once."""

from __future__ import annotations

from dataclasses import replace

from data.records.file_difference import FileDifference

FOUND = FileDifference("serving", "models/ops/delay", None, "its manifest is not the recorded one", "deploy again")


def test_a_difference_that_is_found_twice_is_one() -> None:
    assert {FOUND, replace(FOUND)} == {FOUND}
    assert replace(FOUND, what="it has no manifest") != FOUND


def test_a_difference_is_a_missing_signature_only_where_it_says_so() -> None:
    assert (FOUND.unsigned, replace(FOUND, unsigned=True).unsigned) == (False, True)
