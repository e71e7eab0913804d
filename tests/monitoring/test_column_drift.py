"""What a drift measurement says about where it comes from."""

from __future__ import annotations

from collections.abc import Callable

from data.records.measurement import CannotSay
from monitoring.column_drift import segment_of, start
from monitoring.profile import Part, Profile, empty_profile


def test_the_segment_is_named_when_all_parts_share_it(reference: Profile) -> None:
    jfk = empty_profile(reference.edges, [Part("a", "JFK"), Part("b", "JFK")])
    assert segment_of(jfk) == "JFK"
    assert segment_of(empty_profile(reference.edges, [Part("a", "JFK"), Part("b", "LGA")])) == ""


def test_a_reference_of_no_rows_is_no_reference(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    nothing = empty_profile(reference.edges)
    for values in (True, False):
        begun = start("ks", nothing, profile_of(make_log(100, 1)), "delay", values=values)
        assert begun.cannot_say is CannotSay.NO_REFERENCE


def test_missing_values_are_not_among_the_rows(reference: Profile) -> None:
    begun = start("ks", reference, reference, "delay")
    assert begun.rows == reference.rows - reference.numeric("delay").missing
