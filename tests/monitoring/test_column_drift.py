"""The prepared measurement of a drift statistic: slice, sizes and reasons."""

from __future__ import annotations

from collections.abc import Callable

from data.records.measurement import CannotSay
from monitoring.column_drift import prepare_measurement, segment_of
from monitoring.profile import Part, Profile, empty_profile


def test_the_slice_is_set_if_all_parts_have_the_same(reference: Profile) -> None:
    jfk = empty_profile(reference.edges, [Part("a", "JFK"), Part("b", "JFK")])
    assert segment_of(jfk) == "JFK"
    assert segment_of(empty_profile(reference.edges, [Part("a", "JFK"), Part("b", "LGA")])) == ""


def test_a_reference_without_rows_cannot_say(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    nothing = empty_profile(reference.edges)
    for values in (True, False):
        measurement = prepare_measurement("ks", nothing, profile_of(make_log(100, 1)), "delay", values=values)
        assert measurement.cannot_say is CannotSay.NO_REFERENCE


def test_missing_values_are_not_counted_as_rows(reference: Profile) -> None:
    measurement = prepare_measurement("ks", reference, reference, "delay")
    assert measurement.rows == reference.rows - reference.numeric("delay").missing
