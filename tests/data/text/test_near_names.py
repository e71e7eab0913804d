"""The names that somebody probably meant."""

from __future__ import annotations

from data.text.near_names import did_you_mean, near_names


def test_similar_names_are_offered_the_most_similar_first() -> None:
    assert near_names("tmp", ["temp", "carrier", "temp"]) == ["temp"]
    assert did_you_mean("distanc", ["distance", "instance", "label"], "x") == "did you mean distance or instance?"


def test_without_a_similar_name_the_other_remedy_is_given() -> None:
    assert did_you_mean("zz", ["temp"], "choose from: temp") == "choose from: temp"
    assert did_you_mean("zz", [], "add it") == "add it"
